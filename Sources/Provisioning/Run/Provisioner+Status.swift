import Foundation
import ProxmoxAPI
import RemoteShell

/// How a site is.
public struct SiteStatus: Codable, Sendable, Equatable {
    public struct Guest: Codable, Sendable, Equatable {
        public var id: Int
        public var node: String
        public var running: Bool
        public var address: String?
    }

    /// A firewall outside the guest, or the router.
    public struct Way: Codable, Sendable, Equatable {
        public var name: String
        /// What `up` would change in it.
        public var changes: [Change] = []
        /// Why it could not be looked at.
        public var problem: String?
    }

    public var v = 1
    public var site: String
    public var guest: Guest?
    /// Messages in the mail queue; nil where the guest could not be asked.
    public var queued: Int?
    /// How the guest sees the primary; nil where it could not be asked.
    public var primary: PrimaryState?
    /// What the guest has of the primary's recipients; nil where the inventory lists them all.
    public var recipients: RecipientSnapshot?
    /// What port 25 shows to senders; nil where the guest could not be asked, or shows none.
    public var certificate: ServedCertificate?
    /// What the guest's monitor finds amiss; nil where it has none, or could not be asked.
    public var alerts: AlertState?
    /// What the public DNS says of the site; nil where the inventory leaves that to somebody else.
    public var dns: ZoneReport?
    /// What mail has to pass on its way to the guest, as far as the inventory gives it.
    public var ways: [Way] = []
    /// What is owed: reloads, restarts, a verification.
    public var owed: [String] = []
    public var lastRun: JournalEntry?
    /// Who works on the site right now.
    public var heldBy: SiteLock.Holder?
    /// Why something could not be found out.
    public var problem: String?
}

extension Provisioner {
    /// Reads the state of the site. Changes nothing.
    public func status() async throws -> SiteStatus { try await reading { try await $0.status($1) } }

    private func status(_ ledger: Ledger) async throws -> SiteStatus {
        var status = SiteStatus(site: site.name)
        status.owed = ledger.state.owed.map(\.description) + (ledger.state.owesVerification ? ["verification"] : [])
        status.owed += ledger.state.drill.map { ["the end of drill \($0.run), which has \($0.holds)"] } ?? []
        status.lastRun = try history().last
        status.heldBy = SiteLock.holder(in: folder)
        do { status.dns = try await publication?.check() } catch let error as DNSError {
            status.problem = Complaint(error).text
        }
        let found: GuestHost.Found?
        do { found = try await provision(ledger, report).find() } catch let held as SiteLock.Held {
            status.heldBy = status.heldBy ?? held.by
            return status
        }
        guard let guest = found else { return status }
        if status.heldBy == nil, let lease = Lease(in: guest.notes), lease.until > host.now {
            status.heldBy = lease.holder
        }
        status.guest = .init(
            id: guest.id.rawValue,
            node: guest.node.description,
            running: guest.view.isRunning,
            address: try? await ownAddress(ledger)?.description
        )
        for way in ways(ledger, { _ in }) {
            // What a person has set is looked at from outside, by `verify`.
            if case .manual? = (way as? RouterRun)?.forwarding { continue }
            do {
                status.ways.append(.init(name: way.name, changes: try await way.plan(for: guest)))
            } catch let error as any LocalizedError {
                status.ways.append(.init(name: way.name, problem: Complaint(error).text))
            }
        }
        guard guest.view.isRunning else { return status }
        do {
            let access = access(ledger, report)
            let connection = try await access.connection(to: guest, on: host)
            let hostname = site.guest.hostname.description
            let answers = try await connection.query([
                MailQueue.size, ServedCertificate.question(for: hostname), RecipientSnapshot.question,
                PrimaryState.probe(inventory.primary), AlertState.question,
            ])
            await connection.close()
            status.queued = try MailQueue.count(in: answers[0])
            status.certificate = try ServedCertificate(in: answers[1], at: Date())
            if status.certificate == nil {
                status.problem = status.problem ?? "port 25 of the guest shows no certificate"
            }
            if inventory.sources.isPulled { status.recipients = try RecipientSnapshot(answers[2]) }
            status.primary = PrimaryState(answers[3])
            status.alerts = try AlertState(answers[4])
        } catch let error as ShellError {
            status.problem = Complaint(error).text
        }
        return status
    }
}
