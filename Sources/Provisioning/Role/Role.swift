import ConfigurationFiles
import Engine
import Guests
import Ingress
import RemoteShell
import Resources

/// An application of the engine: the keys that it adds to inventories, its kinds of steps, and its part of each command.
/// A playbook names its role by the key `role`; one without a role uses only what is general.
///
/// Everything but the name and the reader has a default.
protocol Role: Sendable {
    /// The name in playbooks.
    static var name: String { get }
    /// The resources and verifications of its playbooks.
    static var kinds: StepKinds { get }

    /// Begins to read the role's keys of an inventory.
    static func reader(of inventory: inout Parameters) -> any RoleReader

    // MARK: Files

    /// The address for messages about the sites, such as those of a certificate authority.
    var contact: MailAddress? { get }
    /// The ports of a site if its playbook does not name any.
    func ports(of site: Site) -> PublishedPorts
    /// Returns the values of the role's `{{ name }}` of a playbook.
    func variables(for site: Site) -> [String: Variable]
    /// The MX records that the public DNS should have; nil for none.
    var exchange: DesiredZone.Exchange? { get }
    /// Returns the check of a port from outside; nil if the port only has to accept connections.
    func greetingReader(of site: Site, at port: NetworkPort) -> OutsideCheck.GreetingReader?
    /// Reports what was left out of the files.
    func reportLeftOut(to report: EventHandler)

    // MARK: Runs

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
    /// - Parameter isChanged: whether the run has changed the guest.
    func finish(
        _ guest: LocatedGuest, _ connection: SSHConnection, isChanged: Bool, of site: Provisioner, in run: RunContext
    ) async throws
    /// Returns what must happen before a guest can be replaced.
    func replacement(of guest: LocatedGuest, of site: Provisioner, in run: RunContext) async throws -> Replacement
    /// Stops the guest's service and stores what only the guest has, before the guest is destroyed.
    ///
    /// - Parameter isReplaced: whether the next guest gets what was stored.
    func release(
        _ guest: LocatedGuest, _ policy: Provisioner.QueuePolicy, isReplaced: Bool, of site: Provisioner,
        in run: RunContext
    ) async throws
    /// Starts the guest's service again, because the guest was not destroyed.
    func resume(_ guest: LocatedGuest, of site: Provisioner, in run: RunContext) async
    /// Reports what waits for the next guest, if a site has none.
    func reportWaiting(of site: Provisioner, in run: RunContext) throws

    // MARK: Reports

    /// The scripts that read the role's part of a status in the guest.
    func statusQueries(for site: Site) -> [Script]
    /// Reads what does not need the guest.
    func beginStatus(_ status: inout SiteStatus, _ stateStore: StateStore)
    /// Reads the results of ``statusQueries(for:)``.
    func readStatus(_ status: inout SiteStatus, from results: [CommandResult], of site: Site)
    /// Returns the role's checks of `doctor`.
    func doctorChecks(
        of doctor: Doctor, through connections: SiteConnections
    ) async throws -> [VerifiedCheck]
}

/// What must happen before a guest can be replaced.
enum Replacement: Sendable {
    /// Nothing.
    case possible
    /// The guest must be converged first.
    case afterConvergence
    /// An earlier replacement was interrupted. Convergence completes it.
    case byConvergence
}

extension Role {
    static var kinds: StepKinds { .general }
    var contact: MailAddress? { nil }
    func ports(of site: Site) -> PublishedPorts { PublishedPorts() }
    func variables(for site: Site) -> [String: Variable] { [:] }
    var exchange: DesiredZone.Exchange? { nil }
    func greetingReader(of site: Site, at port: NetworkPort) -> OutsideCheck.GreetingReader? { nil }
    func reportLeftOut(to report: EventHandler) {}
    func externalResources(of site: Provisioner, _ report: @escaping EventHandler) -> [any ExternalResource] { [] }
    func enroll(_ key: KeyEnrollment, of site: Provisioner, _ report: @escaping EventHandler) async throws {}
    func recover(_ site: Provisioner, _ stateStore: StateStore, _ report: @escaping EventHandler) async throws {}
    func adopt(_ site: Provisioner, in run: RunContext) throws {}
    func pendingChanges(of site: Provisioner, _ stateStore: StateStore) throws -> [Change] { [] }
    func finish(
        _ guest: LocatedGuest, _ connection: SSHConnection, isChanged: Bool, of site: Provisioner, in run: RunContext
    ) async throws {}
    func replacement(of guest: LocatedGuest, of site: Provisioner, in run: RunContext) async throws -> Replacement {
        .possible
    }
    func release(
        _ guest: LocatedGuest, _ policy: Provisioner.QueuePolicy, isReplaced: Bool, of site: Provisioner,
        in run: RunContext
    ) async throws {}
    func resume(_ guest: LocatedGuest, of site: Provisioner, in run: RunContext) async {}
    func reportWaiting(of site: Provisioner, in run: RunContext) throws {}
    func statusQueries(for site: Site) -> [Script] { [] }
    func beginStatus(_ status: inout SiteStatus, _ stateStore: StateStore) {}
    func readStatus(_ status: inout SiteStatus, from results: [CommandResult], of site: Site) {}
    func doctorChecks(of doctor: Doctor, through connections: SiteConnections) async throws -> [VerifiedCheck] { [] }
}
