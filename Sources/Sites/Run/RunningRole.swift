import ConfigurationFiles
package import Engine
package import Guests
package import Ingress
package import RemoteShell
package import Resources

/// A role that takes part in runs and in the status of its sites. Every requirement has a default, which does nothing.
package protocol RunningRole: Role {
    /// Reports what was left out of the files.
    func reportLeftOut(to report: EventHandler)
    /// Returns the role's external resources, in addition to firewalls, router and DNS.
    func externalResources(of site: Provisioner, _ report: @escaping EventHandler) -> [any ExternalResource]
    /// Enrolls a key of the guest on another host.
    func enroll(_ key: KeyEnrollment, of site: Provisioner, _ report: @escaping EventHandler) async throws
    /// Reverts what a killed command of the role has left, before another command runs.
    func recover(_ site: Provisioner, _ stateStore: StateStore, _ report: @escaping EventHandler) async throws
    /// Records what an interrupted run has left on this machine for the next one.
    func adopt(_ site: Provisioner, in run: RunContext) throws
    /// Returns what `up` would do besides the steps.
    func pendingChanges(of site: Provisioner, _ stateStore: StateStore) throws -> [Change]
    /// Completes a guest after its steps.
    ///
    /// - Parameter isChanged: whether the run had to change or verify the guest.
    func finish(
        _ guest: LocatedGuest, _ connection: SSHConnection, isChanged: Bool, of site: Provisioner, in run: RunContext
    ) async throws
    /// Returns what must happen before a guest can be replaced.
    func replacement(of guest: LocatedGuest, of site: Provisioner, in run: RunContext) async throws -> Replacement
    /// Stops the guest's service and stores what only the guest has, before the guest is destroyed.
    ///
    /// - Parameter isReplaced: whether the next guest gets what was stored.
    func release(
        _ guest: LocatedGuest, _ policy: ReleasePolicy, isReplaced: Bool, of site: Provisioner, in run: RunContext
    ) async throws
    /// Starts the guest's service again, because the guest was not destroyed.
    func resume(_ guest: LocatedGuest, of site: Provisioner, in run: RunContext) async
    /// Reports what waits for the next guest, if a site has none.
    func reportWaiting(of site: Provisioner, in run: RunContext) throws

    /// Begins the role's part of a status with what does not need the guest.
    func beginStatus(_ status: inout SiteStatus, _ stateStore: StateStore)
    /// The scripts that read the role's part of a status in the guest.
    func statusQueries(for site: Site) -> [Script]
    /// Reads the results of ``statusQueries(for:)``.
    func readStatus(_ status: inout SiteStatus, from results: [CommandResult], of site: Site)
}

/// What must happen before a guest can be replaced.
package enum Replacement: Sendable {
    /// Nothing.
    case possible
    /// The guest must be converged first.
    case afterConvergence
    /// An earlier replacement was interrupted. Convergence completes it.
    case byConvergence
}

extension RunningRole {
    package func reportLeftOut(to report: EventHandler) {}
    package func externalResources(
        of site: Provisioner, _ report: @escaping EventHandler
    ) -> [any ExternalResource] { [] }
    package func enroll(
        _ key: KeyEnrollment, of site: Provisioner, _ report: @escaping EventHandler
    ) async throws {}
    package func recover(
        _ site: Provisioner, _ stateStore: StateStore, _ report: @escaping EventHandler
    ) async throws {}
    package func adopt(_ site: Provisioner, in run: RunContext) throws {}
    package func pendingChanges(of site: Provisioner, _ stateStore: StateStore) throws -> [Change] { [] }
    package func finish(
        _ guest: LocatedGuest, _ connection: SSHConnection, isChanged: Bool, of site: Provisioner, in run: RunContext
    ) async throws {}
    package func replacement(
        of guest: LocatedGuest, of site: Provisioner, in run: RunContext
    ) async throws -> Replacement { .possible }
    package func release(
        _ guest: LocatedGuest, _ policy: ReleasePolicy, isReplaced: Bool, of site: Provisioner, in run: RunContext
    ) async throws {}
    package func resume(_ guest: LocatedGuest, of site: Provisioner, in run: RunContext) async {}
    package func reportWaiting(of site: Provisioner, in run: RunContext) throws {}
    package func beginStatus(_ status: inout SiteStatus, _ stateStore: StateStore) {}
    package func statusQueries(for site: Site) -> [Script] { [] }
    package func readStatus(_ status: inout SiteStatus, from results: [CommandResult], of site: Site) {}
}
