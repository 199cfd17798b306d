public import struct Foundation.Data

/// A stream of bytes that the caller opens and closes.
public protocol ByteStream: Sendable {
    /// Returns the next bytes when they arrive, or nil at the end. Returns early if its task is cancelled.
    func read() async throws -> Data?
    func write(_ data: Data) async throws
}
