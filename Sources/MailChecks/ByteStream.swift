public import struct Foundation.Data

/// A stream of bytes that somebody else opened, and that somebody else closes.
public protocol ByteStream: Sendable {
    /// The next bytes, as they come; nil at the end. Returns early where its task is cancelled.
    func read() async throws -> Data?
    func write(_ data: Data) async throws
}
