/// Opens connections to the SMTP server that is checked, from the host that the checks run on.
public protocol SMTPConnector: Sendable {
    /// The timeout of each reply.
    var patience: Duration { get }
    /// Opens a connection while `body` runs.
    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result
}

extension SMTPConnector {
    public var patience: Duration { SMTPDialogue.defaultTimeout }

    func session<Result: Sendable>(_ body: (SMTPDialogue) async throws -> Result) async throws -> Result {
        try await withStream { try await body(SMTPDialogue(over: $0, patience: patience)) }
    }

    /// Runs one session. An error that ends it is returned as a result, because the server may cause it.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)``, and any other error that ``withStream(_:)`` and `body` throw.
    func attempt<Value: Sendable>(
        _ body: (SMTPDialogue) async throws -> Value
    ) async throws -> Result<Value, SMTPError> {
        do { return .success(try await session(body)) } catch let error as SMTPError {
            if case .unsendable = error { throw error }
            return .failure(error)
        }
    }

    /// Makes the checks of one session. A check without a finding when the session ends early, or when `body` returns,
    /// counts as not made.
    ///
    /// - Parameters:
    ///   - checks: the names of all checks of the session.
    ///   - body: adds a finding for each check. Returns the reply that made it stop, or nil.
    /// - Throws: ``SMTPError/unsendable(command:)``, and what ``withStream(_:)`` throws.
    func findings(
        of checks: [String], _ body: (SMTPDialogue, inout [Finding]) async throws -> SMTPReply?
    ) async throws -> [Finding] {
        var findings: [Finding] = []
        let outcome = try await attempt { dialogue in
            let last = try await body(dialogue, &findings)
            await dialogue.quit()
            return last
        }
        let reason =
            switch outcome {
            case .success(let last): last?.description ?? "no reply"
            case .failure(let error): error.description
            }
        let made = Set(findings.map(\.check))
        return findings + checks.filter { !made.contains($0) }.map { .unchecked($0, because: reason) }
    }
}
