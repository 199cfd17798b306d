public import RemoteShell

/// A way into a running guest, open for the length of a run.
public protocol GuestConnection: Sendable {
    /// Runs scripts in one remote round trip.
    func ask(_ scripts: [Script]) async throws -> [Completion]
    /// The same way in, over a connection of its own, made now.
    func reopened() async throws -> any GuestConnection
    /// Talks SMTP to the guest's own port 25, as seen from inside.
    func verify(_ verification: Verification) async throws -> [VerifiedCheck]
    func close() async
}
