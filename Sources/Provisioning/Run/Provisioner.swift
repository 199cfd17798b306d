import Foundation
import ProxmoxAPI
import RemoteShell

/// One site, with all that commands do to it.
public struct Provisioner: Sendable {
    let inventory: Inventory
    let site: Site
    let playbook: Playbook
    /// Where secrets may come from.
    let environment: [String: String]
    var client: Client
    let folder: SiteFolder
    /// Where the site's packed mail queue is kept.
    let queues: QueueFolder
    /// The ssh host keys that are trusted.
    var keys: HostKeyStore
    /// Nil where the inventory leaves the public DNS to somebody else.
    let publication: ZonePublication?
    /// Nil where it leaves the router to somebody else.
    let forwarding: RouterRun.Forwarding?
    /// `user@host` of the person at the keyboard.
    let who: String
    let manner: SSHConnection.Manner
    /// How long other machines keep away from the site after this one has died.
    let lease: Duration
    let report: Report

    public var name: String { site.name }

    /// Opens a site: reads its credentials, contacts nothing.
    ///
    /// - Parameters:
    ///   - keepsConnection: whether the guest's ssh connection stays for two minutes, and one that is there is used.
    ///   - timesProbes: whether ``Event/asked(step:took:)`` is reported.
    ///   - nodes: what sites that are worked on at once have in common.
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
        report: @escaping Report
    ) throws {
        self.inventory = inventory
        self.site = site
        self.playbook = playbook
        self.environment = environment
        self.who = who
        manner = .init(isKept: keepsConnection, isTimed: timesProbes)
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

    var address: SiteAddress { SiteAddress(inventory: inventory.name, name: site.name) }
    var host: GuestHost { GuestHost(client: client, site: address) }

    /// Runs a read-only command: the API client sends nothing but GET, host keys are kept in a temporary file, and the state
    /// is not written.
    ///
    /// - Parameter body: gets this site for reading, and its state.
    func reading<Result>(_ body: (Provisioner, Ledger) async throws -> Result) async throws -> Result {
        var reader = self
        reader.client = client.readOnly
        reader.keys = try HostKeyStore(temporaryCopyOf: folder)
        let ledger = try Ledger(reading: folder)
        defer { reader.keys.remove() }
        return try await body(reader, ledger)
    }

    /// What `up` would change. Changes nothing.
    public func plan() async throws -> Plan { try await reading { try await $0.plan($1) } }

    private func plan(_ ledger: Ledger) async throws -> Plan {
        let provision = try provision(ledger, report)
        let access = access(ledger, report)
        let steps = try unlockedSteps
        let (found, contact) = try await look(provision, access, asking: steps)
        var plan = Plan()
        plan.guest = GuestLifecycle.changes(
            found?.view,
            toward: provision.specification,
            template: provision.order.template.rawValue,
            lost: found == nil ? ledger.state.guest?.id : nil
        )
        var survey: GuestSurvey?
        if let contact {
            survey = contact.survey
            await contact.connection.close()
        } else if let found, found.view.isRunning, found.view.lock == nil {
            let connection = try await access.open(found, on: host)
            survey = try await lend(connection, endingWith: { await $0.close() }) {
                try await Engine(guest: $0, ledger: ledger, report: report).survey(steps)
            }
        }
        if let survey {
            plan.steps = survey.steps.map(\.planned)
            plan.owed = survey.record.pending
            plan.owesVerification = survey.record.needsVerification
        } else {
            plan.unasked = steps.map(\.id)
        }
        if let found, let change = found.hostKeyChange { plan.guest.append(change) }
        if let archive = try waitingArchive(ledger) {
            plan.guest.append(Change("mail queue", from: nil, to: "the messages of \(archive.path)"))
        }
        if let drill = ledger.state.drill {
            plan.guest.append(Change("drill \(drill.run)", from: drill.holds, to: nil))
        }
        plan.parts = try await parts(ledger, report).plan(for: found)
        return plan
    }

    /// Looks at the guest through Proxmox and, where the last run left it, in itself. Both at once: most runs find both
    /// as they should be.
    func look(
        _ provision: GuestProvision,
        _ access: GuestAccess,
        asking steps: [Step]
    ) async throws -> (found: GuestHost.Found?, contact: GuestAccess.Contact?) {
        async let early = access.surveyKnown(steps)
        let found: GuestHost.Found?
        do {
            found = try await provision.find()
        } catch {
            await (try? early)??.connection.close()
            throw error
        }
        guard let contact = try await early else { return (found, nil) }
        // Another machine has made the guest anew, or given it other keys: what answered is not it.
        if let found, try !access.trustsKeys(of: found) {
            await contact.connection.end()
            return (found, nil)
        }
        return (found, contact)
    }

    /// The playbook's steps with the secrets that they need.
    var unlockedSteps: [Step] {
        get throws { try playbook.steps.map { try $0.unlocked(environment: environment) } }
    }

    /// The site's runs, oldest first.
    public func history() throws -> [JournalEntry] { try Journal(of: folder).entries() }

    func access(_ ledger: Ledger, _ report: @escaping Report) -> GuestAccess {
        GuestAccess(site: site, keys: keys, ledger: ledger, report: report, manner: manner)
    }

    /// What stands outside the guest, from the guest's own side outward.
    func parts(_ ledger: Ledger, _ report: @escaping Report) -> SiteParts {
        let dns = publication.map { ZoneRun(publication: $0, ledger: ledger, report: report) }
        let others: [(any SitePart)?] = [primaryRun(report), dns]
        return SiteParts(parts: ways(ledger, report) + others.compactMap(\.self), report: report)
    }

    /// What mail has to pass on its way to the guest.
    func ways(_ ledger: Ledger, _ report: @escaping Report) -> [any SitePart] {
        let router = RouterRun(site, of: inventory, forwarding: forwarding, host: host, report: report)
        let ways: [(any SitePart)?] = [containerFirewall(ledger, report), nodeFirewall(ledger, report), router]
        return ways.compactMap(\.self)
    }

    func provision(
        _ ledger: Ledger,
        holding lease: SiteLease? = nil,
        _ report: @escaping Report
    ) throws -> GuestProvision {
        GuestProvision(
            host: host,
            specification: site.specification,
            order: try site.cloneOrder,
            ledger: ledger,
            lease: lease,
            report: report
        )
    }

    /// Runs a command that changes things: locked on this machine, leased before its first change against others, and
    /// journalled however it ends.
    ///
    /// - Parameter recalling: whether what a drill that died has left is taken back first.
    func run(
        _ command: String,
        recalling: Bool = true,
        _ body: @escaping @Sendable (Ledger, SiteLease, @escaping Report) async throws -> Void
    ) async throws -> Summary {
        try folder.create()
        let lock = try SiteLock.acquire(
            in: folder,
            site: site.name,
            for: .init(who: who, command: command, since: Date())
        )
        let recorder = RunRecorder()
        DurableFile.removeHalf(of: folder.statePath)
        let ledger = try Ledger(in: folder)
        let report = recorder.listening(report)
        let lease = SiteLease(host: host, ledger: ledger, who: who, command: command, duration: lease)
        let unfinished = UnfinishedRun(Journal(of: folder)) { [who] error in
            recorder.entry(who: who, command: command, guest: ledger.state.guest?.id, error: error)
        }
        UnfinishedRuns.add(unfinished)
        defer { UnfinishedRuns.remove(unfinished) }
        do {
            try await lease.during {
                if recalling { try await recallDeadDrill(ledger, report) }
                try await body(ledger, lease, report)
                // An interruption during the last script is one too, although nothing was left to do.
                try Task.checkCancellation()
            }
        } catch let held as SiteLock.Held where !recorder.hasChanged {
            throw held
        } catch {
            do { try unfinished.end(with: error) } catch let unwritten {
                // What went wrong first is what the person needs to know.
                report(.note(Complaint(unwritten).text))
            }
            throw error
        }
        try unfinished.end(with: nil)
        let summary = recorder.summary(site: site.name, guest: ledger.state.guest?.id)
        report(.finished(summary))
        _ = consume lock
        return summary
    }
}

extension Engine.Assessed {
    var isDrifted: Bool { !assessment.changes.isEmpty }
    var planned: Plan.StepPlan { .init(step: step.id, changes: assessment.changes) }
}
