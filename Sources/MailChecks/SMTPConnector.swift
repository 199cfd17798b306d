/// Opens connections to the SMTP server that is judged, from wherever it is to be judged.
public protocol SMTPConnector: Sendable {
    /// Opens one for the length of `body`.
    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result
}

extension SMTPConnector {
    func session<Result: Sendable>(_ body: (SMTPDialogue) async throws -> Result) async throws -> Result {
        try await withStream { try await body(SMTPDialogue(over: $0)) }
    }
}
