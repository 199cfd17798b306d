public import Foundation
public import HTTPTransport

/// A client for the API of one Proxmox node.
public struct Client: Sendable {
    let endpoint: Endpoint
    let wire: any Exchange
    let session: Session
    let turns: NodeTurns
    private let pauses: [Duration]
    private let clock = NodeClock()
    /// Whether calls other than GET are rejected before they are sent.
    private var isReadOnly = false

    /// The current time on the node's clock, within a second; nil before the node's first answer.
    ///
    /// It gives all machines that call the node the same clock, whatever their own clocks show.
    public var nodeTime: Date? { clock.now }

    /// The caller's name as Proxmox writes it: `user@realm!token` or `user@realm`.
    public var caller: String { session.credentials.name }

    /// Creates a client with its own transport. A GET is retried after each of the `pauses`.
    ///
    /// Use ``SharedNodes/client(endpoint:trust:credentials:)`` for clients that share a transport.
    public init(
        endpoint: Endpoint,
        credentials: Credentials,
        wire: any Exchange,
        pauses: [Duration] = [.milliseconds(200), .seconds(1)]
    ) {
        self.init(endpoint: endpoint, credentials: credentials, wire: wire, turns: NodeTurns(), pauses: pauses)
    }

    init(
        endpoint: Endpoint,
        credentials: Credentials,
        wire: any Exchange,
        turns: NodeTurns,
        pauses: [Duration] = [.milliseconds(200), .seconds(1)]
    ) {
        self.endpoint = endpoint
        self.pauses = pauses
        self.wire = wire
        self.turns = turns
        session = Session(endpoint: endpoint, credentials: credentials, wire: wire)
    }

    /// The same client for a command that only reads: it sends nothing but GET, and the login that fetches a ticket.
    public var readOnly: Client {
        var client = self
        client.isReadOnly = true
        return client
    }

    /// Makes a call and decodes its answer.
    ///
    /// A GET whose connection fails is retried, once for each of the pauses. No other call is sent a second time,
    /// except after a 401, which Proxmox returns before it does anything. A cancelled call may have been carried out.
    ///
    /// - Parameter request: the call.
    /// - Returns: the value of `data` in the answer.
    /// - Throws: ``APIError``; ``ReadOnlyClientError`` if this client is ``readOnly`` and the call is not a GET;
    ///   `CancellationError` if the task was cancelled.
    public func callAsFunction<Answer>(_ request: Request<Answer>) async throws -> Answer {
        guard !isReadOnly || request.method == .get else {
            throw ReadOnlyClientError(call: "\(request.method.rawValue) /\(request.path.joined(separator: "/"))")
        }
        for pause in request.method == .get ? pauses : [] {
            do {
                return try await once(request)
            } catch let error as APIError where error.isPassing {
                try await Task.sleep(for: pause)
            }
        }
        return try await once(request)
    }

    private func once<Answer>(_ request: Request<Answer>) async throws -> Answer {
        let answer = try await wire.answer(to: try await wireRequest(request))
        clock.hear(answer)
        if answer.status == 401, await session.expire() {
            return try read(try await wire.answer(to: try await wireRequest(request)), of: request)
        }
        return try read(answer, of: request)
    }

    private func wireRequest<Answer>(_ request: Request<Answer>) async throws -> WireRequest {
        let path = "/api2/json/" + request.path.map(PercentEncoding.encode).joined(separator: "/")
        let form = PercentEncoding.form(request.parameters)
        let carriesBody = request.method == .post || request.method == .put
        return WireRequest(
            method: request.method.rawValue,
            target: carriesBody || form.isEmpty ? path : "\(path)?\(form)",
            headers: try await session.headers(writing: request.method != .get),
            body: carriesBody ? Data(form.utf8) : nil,
            isGuarded: request.parameters.contains { $0.name == "digest" }
        )
    }

    private func read<Answer>(_ answer: WireAnswer, of request: Request<Answer>) throws -> Answer {
        guard (200..<300).contains(answer.status) else {
            throw APIError(answer, from: endpoint, who: session.credentials.name)
        }
        return try Self.decode(answer.body, call: "\(request.method.rawValue) /\(request.path.joined(separator: "/"))")
    }

    /// Decodes the value in the envelope `{"data": …}`.
    static func decode<Answer: Decodable>(_ body: Data, call: String) throws -> Answer {
        do {
            return try JSONDecoder().decode(Envelope<Answer>.self, from: body).data
        } catch let error as DecodingError {
            throw APIError.unreadable(call: call, reason: error.reason)
        } catch let error as InvalidIdentifier {
            throw APIError.unreadable(call: call, reason: "invalid value `\(error.text)`: expected \(error.wanted)")
        }
    }

    private struct Envelope<Answer: Decodable>: Decodable { var data: Answer }
}

/// The error of a read-only command that tried to make a change: a defect of this program.
public struct ReadOnlyClientError: LocalizedError, Equatable {
    /// The method and path of the call that was not sent.
    public var call: String

    public var errorDescription: String? { "a read-only command tried to send \(call); nothing was sent" }
    public var recoverySuggestion: String? { "This is a defect of mxprovision: please report it with this message." }
}

extension TransferTimeouts {
    /// The limits for a Proxmox node. Proxmox itself waits up to 30 s for an inner proxy, and 10 s for each of the
    /// locks that a change may need; pveproxy closes an idle connection after 5 s.
    static let proxmox = TransferTimeouts(question: .seconds(40), change: .seconds(90), idle: .seconds(4))
}

extension Exchange {
    /// Sends a request and translates the errors of the transport.
    ///
    /// - Throws: ``APIError``; `CancellationError`
    func answer(to request: WireRequest) async throws -> WireAnswer {
        do { return try await send(request) } catch let error as TransportError { throw APIError(error) }
    }
}
