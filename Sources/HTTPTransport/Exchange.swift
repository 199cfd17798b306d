public import Foundation

/// Bytes to an endpoint and back.
public protocol Exchange: Sendable {
    /// Sends one request and waits for its whole answer.
    ///
    /// - Parameter request: what to send; nothing is sent before the endpoint has proved who it is.
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``TransportError``; `CancellationError`
    func send(_ request: WireRequest) async throws -> WireAnswer
}

/// A request as it goes over the wire.
public struct WireRequest: Sendable {
    public var method: String
    /// Path and query, encoded.
    public var target: String
    public var headers: [(name: String, value: String)]
    /// Nil where there is to be none, as for GET and DELETE.
    public var body: Data?

    /// Whether it changes only what is still as its sender saw it, so that the second of two does nothing.
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

    /// Whether it must not be sent twice: everything that may change something twice.
    public var isOnce: Bool { method != "GET" && !isGuarded }
}

/// An answer as it came over the wire.
public struct WireAnswer: Sendable, Equatable {
    public var status: Int
    /// The reason phrase: pveproxy puts the first line of its message there.
    public var reason: String
    public var headers: [Header]
    public var body: Data

    public init(status: Int, reason: String, headers: [Header] = [], body: Data) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    public struct Header: Sendable, Equatable {
        /// In lower case.
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name.lowercased()
            self.value = value
        }
    }

    /// All values of a header, in their order; the name in lower case.
    public func values(of name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
}
