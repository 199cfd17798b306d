/// Something of a site that stands outside its guest: a firewall, the router's port forward, the public DNS.
///
/// Each may be absent from the inventory. `up` prepares them all before the guest's steps, and publishes them when the
/// guest was proved to answer as it must; `teardown` goes the same way back. Every verb looks first, changes only
/// what differs, and reads back what it changed, so that a second call changes nothing.
protocol SitePart: Sendable {
    /// As events, plans and `status` name it.
    var name: String { get }

    /// What ``prepare(for:)`` and ``publish(for:)`` would change now; `guest` is nil where there is none yet.
    func plan(for guest: GuestHost.Found?) async throws -> [Change]

    /// What may stand at any time, and what the guest's own steps need; nothing that sends mail to the guest.
    func prepare(for guest: GuestHost.Found) async throws -> [Change]

    /// Lets mail come to the guest. Returns nil if people do that, who got a note.
    ///
    /// - Parameter proof: gets the proof before the first change; if nothing is to be changed, it is not needed.
    func publish(for guest: GuestHost.Found, after proof: ProofSource) async throws -> [Change]?

    /// Keeps mail from coming, while the guest still answers; `guest` is nil where there is none any more.
    ///
    /// - Parameter now: whether to go on where people have not done their share.
    func withdraw(from guest: GuestHost.Found?, now: Bool) async throws -> [Change]

    /// Returns when nobody goes any more by what was withdrawn.
    func awaitWithdrawal() async throws

    /// Takes away what ``prepare(for:)`` has made, when the guest is gone.
    func forget() async throws -> [Change]
}

extension SitePart {
    func awaitWithdrawal() async throws {}
}
