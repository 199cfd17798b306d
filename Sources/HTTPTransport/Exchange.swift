public import Foundation

/// Sends requests to one endpoint.
public protocol Exchange: Sendable {
    /// Sends one request and waits for the whole answer.
    ///
    /// - Parameter request: the request. It is not sent before the endpoint has proved its identity.
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``TransportError``; `CancellationError`
    func send(_ request: WireRequest) async throws -> WireAnswer
}

/// An HTTP request as it is sent.
public struct WireRequest: Sendable {
    public var method: String
    /// The path and the query, percent-encoded.
    public var target: String
    public var headers: [(name: String, value: String)]
    /// The body; nil if the request has none, as for GET and DELETE.
    public var body: Data?

    /// Whether the request changes an object only if that still is as the sender saw it, so that a second copy of the
    /// request has no effect.
    public var isGuarded: Bool

    public init(
        method: String,
        target: String,
        headers: [(name: String, value: String)],
        body: Data? = nil,
        isGuarded: Bool = false
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.isGuarded = isGuarded
    }

    /// Whether the request must not be sent twice: it could make its change twice.
    public var isOnce: Bool { method != "GET" && !isGuarded }
}

/// An HTTP answer as it was received.
public struct WireAnswer: Sendable, Equatable {
    /// The HTTP status code.
    public var status: Int
    /// The reason phrase. pveproxy puts the first line of its message there.
    public var reason: String
    public var headers: [Header]
    public var body: Data

    public init(status: Int, reason: String, headers: [Header] = [], body: Data) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    /// One header of the answer.
    public struct Header: Sendable, Equatable {
        /// The name in lower case.
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name.lowercased()
            self.value = value
        }
    }

    /// Returns all values of a header, in their order. The name must be in lower case.
    public func values(of name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
}
