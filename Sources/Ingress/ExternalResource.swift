package import Engine
package import Guests
package import Resources

/// A resource of a site outside its guest: a firewall, the router's port forward, the public DNS.
///
/// Each may be absent from the inventory. `up` prepares them all before the guest's steps, and publishes them after the
/// guest was verified; `teardown` does the reverse. Every method reads first, changes only what differs, and reads back
/// what it changed, so that a second call changes nothing.
package protocol ExternalResource: Sendable {
    /// The name in events, plans and `status`.
    var name: String { get }

    /// Returns what ``prepare(for:)`` and ``publish(for:)`` would change now. `guest` is nil if it does not exist yet.
    func plan(for guest: LocatedGuest?) async throws -> [Change]

    /// Creates what the guest's own steps need and what may exist at any time. Does not open the published ports.
    /// Returns the changes.
    func prepare(for guest: LocatedGuest) async throws -> [Change]

    /// Lets connections reach the guest. Returns nil if that is a manual step, which was reported as a note.
    ///
    /// - Parameter proof: provides the proof before the first change. Not used if nothing has to change.
    func publish(for guest: LocatedGuest, after proof: ProofSource) async throws -> [Change]?

    /// Stops connections from reaching the guest, while the guest still accepts them. `guest` is nil if it does not exist any
    /// more.
    ///
    /// - Parameter now: whether to continue even if a manual step was not done.
    func withdraw(from guest: LocatedGuest?, now: Bool) async throws -> [Change]

    /// Waits until no sender uses what was withdrawn.
    func awaitWithdrawal() async throws

    /// Removes what ``prepare(for:)`` has created, after the guest was deleted.
    func forget() async throws -> [Change]
}

extension ExternalResource {
    package func awaitWithdrawal() async throws {}
}
