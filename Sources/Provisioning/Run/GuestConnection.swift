public import RemoteShell

/// A way into a running guest that changes nothing: read-only commands get no other.
public protocol QueryConnection: Sendable {
    /// Runs scripts that only read, in one remote round trip.
    func query(_ scripts: [Script]) async throws -> [Completion]
    func close() async
}

/// A way into a running guest, open for the length of a run.
public protocol GuestConnection: QueryConnection {
    /// Runs scripts in one remote round trip, up to the first change that fails.
    ///
    /// - Returns: the answers, the last of them that of the change that failed, if one has.
    func run(_ errands: [Errand]) async throws -> [Completion]
    /// The same way in, over a connection of its own, made now.
    func reopened() async throws -> any GuestConnection
    /// The script that holds a verification's SMTP session with the guest's own Postfix.
    func question(of verification: Verification) throws -> Script
    /// Judges the answer to it.
    func judge(_ answer: Completion, of verification: Verification) async throws -> [VerifiedCheck]
    /// How the guest's service is protected while it is changed; nil if it is not.
    func protection(of verification: Verification) -> ServiceProtection?
}

extension GuestConnection {
    public func query(_ scripts: [Script]) async throws -> [Completion] { try await run(scripts.map(Errand.question)) }
    public func protection(of verification: Verification) -> ServiceProtection? { nil }
}
