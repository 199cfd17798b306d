public import RemoteShell
import Resources

/// A connection to a running guest that changes nothing. Read-only commands get no other.
public protocol QueryConnection: Sendable {
    /// Runs read-only scripts in one remote round trip.
    func query(_ scripts: [Script]) async throws -> [CommandResult]
    func close() async
}

/// A connection to a running guest, open for the length of a run.
public protocol GuestConnection: QueryConnection {
    /// Runs scripts in one remote round trip, up to the first change that fails.
    ///
    /// - Returns: the results. If a change failed, its result is the last.
    func run(_ commands: [RemoteCommand]) async throws -> [CommandResult]
    /// Returns a new connection to the same guest.
    func reopened() async throws -> any GuestConnection
    /// The guest's name in errors.
    var name: String { get }
}

extension GuestConnection {
    public func query(_ scripts: [Script]) async throws -> [CommandResult] {
        try await run(scripts.map(RemoteCommand.query))
    }
    public var name: String { "the guest" }
}
