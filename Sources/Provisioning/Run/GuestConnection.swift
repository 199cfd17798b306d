public import RemoteShell

/// A way into a running guest, open for the length of a run.
public protocol GuestConnection: Sendable {
    /// Runs scripts in one remote round trip, up to the first change that fails.
    ///
    /// - Returns: the answers, the last of them that of the change that failed where one has.
    func run(_ errands: [Errand]) async throws -> [Completion]
    /// The same way in, over a connection of its own, made now.
    func reopened() async throws -> any GuestConnection
    /// What talks SMTP to the guest's own port 25, as seen from inside.
    func question(of verification: Verification) throws -> Script
    /// What came of it.
    func judge(_ answer: Completion, of verification: Verification) async throws -> [VerifiedCheck]
    func close() async
}

extension GuestConnection {
    /// Runs scripts in one remote round trip.
    public func ask(_ scripts: [Script]) async throws -> [Completion] { try await run(scripts.map(Errand.question)) }
}
