public import Foundation

/// Bytes to the node and back.
public protocol Exchange: Sendable {
    /// Sends one request and waits for its whole answer.
    ///
    /// - Parameter request: what to send; nothing is sent before the node has proved who it is.
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``APIError/unreachable(_:reason:)``, ``APIError/untrusted(_:pinned:shown:)``,
    ///   ``APIError/authorityUnreadable(file:)``, ``APIError/answerLost(_:reason:)``; `CancellationError`
    func send(_ request: WireRequest) async throws -> WireAnswer
}

/// A request as it goes over the wire.
public struct WireRequest: Sendable {
    public var method: String
    /// Path and query, encoded.
    public var target: String
    public var headers: [(name: String, value: String)]
    /// Form body; nil for GET and DELETE, which must not have one.
    public var body: Data?

    /// Whether it must not be sent twice: everything that may change something.
    public var isOnce: Bool { method != "GET" }
}

/// An answer as it came over the wire.
public struct WireAnswer: Sendable, Equatable {
    public var status: Int
    /// The reason phrase, which carries the first line of Proxmox's message.
    public var reason: String
    public var body: Data

    public init(status: Int, reason: String, body: Data) {
        self.status = status
        self.reason = reason
        self.body = body
    }
}
