import ConfigurationFiles
import Diagnostics
public import Engine
import Foundation
public import Guests
package import Ingress
package import ProxmoxAPI
import RemoteShell
import Resources

/// One site, with all commands that read or change it.
public struct Provisioner: Sendable {
    package let inventory: Inventory
    package let site: Site
    package let playbook: Playbook
    /// The environment variables from which secrets may come.
    package let environment: [String: String]
    package var client: Client
    package let folder: SiteFolder
    /// The folder of what only a destroyed guest had.
    package let queues: QueueFolder
    /// The trusted ssh host keys.
    package var keys: HostKeyStore
    /// Nil if the inventory does not manage the public DNS.
    package let publication: ZonePublication?
    /// Nil if the inventory does not manage the router.
    let forwarding: RouterRun.Forwarding?
    /// `user@host` of the person who runs the command.
    package let who: String
    let connectionOptions: SSHConnection.ConnectionOptions
    /// How long other machines wait for the site after this one has died.
    package let lease: Duration
    package let report: EventHandler

    public var name: String { site.name }

    /// Opens a site. Reads its credentials, contacts nothing.
    ///
    /// - Parameters:
    ///   - keepsConnection: whether the guest's ssh connection stays open for two minutes, and an existing one is used.
    ///   - timesProbes: whether ``Event/probed(step:took:)`` is reported.
    ///   - nodes: the API clients that sites share if they are processed in parallel.
    ///   - onProgress: gets the running step about once a second while the guest is changed; nil if it is not shown,
    ///     which saves a process in the guest.
    /// - Throws: ``Mistakes``, ``StateError``, or what the secret's source throws.
    public init(
        _ site: Site,
        of inventory: Inventory,
        playbook: Playbook,
        states: StateDirectory,
        queues: QueueDirectory,
        environment: [String: String],
        who: String,
        keepsConnection: Bool = false,
        timesProbes: Bool = false,
        lease: Duration = Lease.usual,
        nodes: NodeClients = NodeClients(),
        onProgress: ProgressReport? = nil,
        report: @escaping EventHandler
    ) throws {
        self.inventory = inventory
        self.site = site
        self.playbook = playbook
        self.environment = environment
        self.who = who
        connectionOptions = .init(isKept: keepsConnection, isTimed: timesProbes, onProgress: onProgress)
        self.lease = lease
        self.report = report
        folder = states.path(of: SiteAddress(inventory: inventory.name, name: site.name))
        self.queues = queues.folder(of: SiteAddress(inventory: inventory.name, name: site.name))
        keys = HostKeyStore(in: folder)
        publication = ZonePublication(site, of: inventory, environment: environment)
        forwarding = try RouterRun.Forwarding(
            SiteAddress(inventory: inventory.name, name: site.name), site.router, environment: environment)
        client = try nodes.client(of: site.proxmox, environment: environment)
    }

    /// The role of the site's playbook; nil if it has none.
    package var role: (any RunningRole)? { inventory.role as? any RunningRole }
    /// The ports that the site needs from outside.
    package var ports: PublishedPorts { inventory.ports(of: site, playbook) }
    package var address: SiteAddress { SiteAddress(inventory: inventory.name, name: site.name) }
    package var host: GuestLocator { GuestLocator(client: client, site: address) }

    /// Runs a read-only command. The API client sends only GET requests, host keys are kept in a temporary file, and
    /// the state is not written.
    ///
    /// - Parameter body: gets this site for reading, and its state.
    package func reading<Result>(_ body: (Provisioner, StateStore) async throws -> Result) async throws -> Result {
        var reader = self
        reader.client = client.readOnly
        reader.keys = try HostKeyStore(temporaryCopyOf: folder)
        let stateStore = try StateStore(reading: folder)
        defer { reader.keys.remove() }
        return try await body(reader, stateStore)
    }

    /// Returns what `up` would change. Changes nothing.
    public func plan() async throws -> Plan { try await reading { try await $0.plan($1) } }

    private func plan(_ stateStore: StateStore) async throws -> Plan {
        let provision = try provision(stateStore, report)
        let access = access(stateStore, report)
        let steps = try unlockedSteps
        role?.reportLeftOut(to: report)
        let (found, contact) = try await look(provision, access, asking: steps)
        var plan = Plan()
        plan.guest = GuestLifecycle.changes(
            found?.view,
            toward: provision.specification,
            template: provision.order.template.rawValue,
            lost: found == nil ? stateStore.state.guest?.id : nil
        )
        var survey: GuestSurvey?
        if let contact {
            survey = contact.survey
            await contact.connection.close()
        } else if let found, found.view.isRunning, found.view.lock == nil {
            let connection = try await access.open(found, on: host)
            survey = try await withConnection(connection, endingWith: { await $0.close() }) {
                try await Engine(guest: $0, stateStore: stateStore, report: report).survey(steps)
            }
        }
        if let survey {
            if let found { try checkSystem(survey.system, of: found) }
            plan.steps = survey.steps.map(\.planned)
            plan.pendingHandlers = survey.record.pending
            plan.needsVerification = survey.record.needsVerification
        } else {
            plan.unsurveyed = steps.map(\.id)
        }
        if let found, let change = found.hostKeyChange { plan.guest.append(change) }
        plan.guest += try role?.pendingChanges(of: self, stateStore) ?? []
        plan.externalResources = try await externalResources(stateStore, report).plan(for: found)
        return plan
    }

    /// Checks that the guest was made for the playbook's role. Another role would not save what only the guest has before
    /// it is destroyed.
    ///
    /// - Throws: ``RoleError/changed(guest:site:playbook:)``
    func checkRole(of guest: LocatedGuest) throws {
        guard let mark = guest.view.mark, mark.role != inventory.roleMarker else { return }
        throw RoleError.changed(guest: guest.id.rawValue, site: site.name, playbook: playbook.name)
    }

    /// Checks that the playbook supports the guest's release.
    ///
    /// - Throws: ``GuestError/unsupported(id:system:supported:)``
    func checkSystem(_ system: GuestSystem, of guest: LocatedGuest) throws {
        guard !playbook.supports(system.release) else { return }
        throw GuestError.unsupported(id: guest.id, system: system.name, supported: playbook.systems)
    }

    /// Fetches the guest's state through Proxmox and, at the address of the last run, from the guest itself. Both in
    /// parallel, because in most runs neither has to change.
    package func look(
        _ provision: GuestProvision,
        _ access: GuestAccess,
        asking steps: [Step]
    ) async throws -> (found: LocatedGuest?, contact: GuestAccess.Contact?) {
        let early = Task { try await access.surveyKnown(steps) }
        return try await withTaskCancellationHandler {
            let found: LocatedGuest?
            do { found = try await provision.find() } catch {
                early.cancel()
                await (try? early.value)?.connection.close()
                throw error
            }
            // Proxmox's answer decides at once: no need to wait for a guest that cannot answer.
            if let found, !access.canReach(found) {
                early.cancel()
                await (try? early.value)?.connection.end()
                return (found, nil)
            }
            guard let contact = try await early.value else { return (found, nil) }
            // Another machine has replaced the guest or its keys, so the results are those of another guest.
            if let found, try !access.trustsKeys(of: found) {
                await contact.connection.end()
                return (found, nil)
            }
            return (found, contact)
        } onCancel: {
            early.cancel()
        }
    }

    /// The playbook's steps with the secrets that they need.
    var unlockedSteps: [Step] {
        get throws { try playbook.steps.map { try $0.unlocked(environment: environment) } }
    }

    /// Returns the site's runs, oldest first.
    public func history() throws -> [JournalEntry] { try Journal(of: folder).entries() }

    package func access(_ stateStore: StateStore, _ report: @escaping EventHandler) -> GuestAccess {
        GuestAccess(
            site: site, keys: keys, stateStore: stateStore, report: report, connectionOptions: connectionOptions)
    }

    /// Returns the external resources, from the guest outward.
    package func externalResources(_ stateStore: StateStore, _ report: @escaping EventHandler) -> ExternalResources {
        let dns = publication.map { ZoneRun(publication: $0, stateStore: stateStore, report: report) }
        let ofRole = role?.externalResources(of: self, report) ?? []
        return ExternalResources(
            parts: ingressResources(stateStore, report) + ofRole + [dns].compactMap(\.self), report: report)
    }

    /// Returns the firewalls and the router that connections pass on their way to the guest.
    func ingressResources(_ stateStore: StateStore, _ report: @escaping EventHandler) -> [any ExternalResource] {
        let router = RouterRun(
            site, of: inventory, ports: ports, forwarding: forwarding, host: host, report: report)
        let resources: [(any ExternalResource)?] = [
            containerFirewall(stateStore, report), nodeFirewall(stateStore, report), router,
        ]
        return resources.compactMap(\.self)
    }

    package func provision(
        _ stateStore: StateStore,
        holding lease: SiteLease? = nil,
        _ report: @escaping EventHandler
    ) throws -> GuestProvision {
        var order = try site.cloneRequest
        order.role = inventory.roleMarker
        return GuestProvision(
            host: host,
            specification: site.specification,
            order: order,
            stateStore: stateStore,
            lease: lease,
            keptAddress: try queues.keptAddress(),
            report: report
        )
    }

    /// Runs a command that changes the site. It locks the site on this machine, acquires the lease before its first
    /// change, and writes a journal entry however it ends.
    ///
    /// - Parameter recovers: whether to undo first what an interrupted command of the role has left.
    package func run(
        _ command: String,
        recovers: Bool = true,
        _ body: @escaping @Sendable (RunContext) async throws -> Void
    ) async throws -> Summary {
        try folder.create()
        let lock = try SiteLock.acquire(
            in: folder,
            site: site.name,
            for: .init(who: who, command: command, since: Date())
        )
        let recorder = RunRecorder()
        DurableFile.removeHalf(of: folder.statePath)
        let stateStore = try StateStore(in: folder)
        let report = recorder.listening(report)
        let lease = SiteLease(host: host, stateStore: stateStore, who: who, command: command, duration: lease)
        let unfinished = UnfinishedRun(Journal(of: folder)) { [who] error in
            recorder.entry(who: who, command: command, guest: stateStore.state.guest?.id, error: error)
        }
        UnfinishedRuns.add(unfinished)
        defer { UnfinishedRuns.remove(unfinished) }
        do {
            try await lease.during {
                if recovers { try await role?.recover(self, stateStore, report) }
                try await body(RunContext(stateStore: stateStore, lease: lease, report: report))
                // A cancellation during the last script must be reported, although no work was left.
                try Task.checkCancellation()
            }
        } catch let held as SiteLock.Held where !recorder.hasChanged {
            throw held
        } catch {
            do { try unfinished.end(with: error) } catch let unwritten {
                // The first error is the one to report.
                report(.note(ErrorDescription(unwritten).text))
            }
            throw error
        }
        try unfinished.end(with: nil)
        let summary = recorder.summary(site: site.name, guest: stateStore.state.guest?.id)
        report(.finished(summary))
        _ = consume lock
        return summary
    }
}
