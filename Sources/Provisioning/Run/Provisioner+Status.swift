import Foundation
import ProxmoxAPI
import RemoteShell

/// The state of a site.
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
    /// Why messages wait there, the most frequent reason first; nil if none does.
    public var deferrals: [DeferralReason]?
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
    /// What needs attention, most urgent first; empty if the site is healthy. `status` exits with 1 if there is any.
    public var problems: [String] = []
}

extension Provisioner {
    /// Reads the state of the site. Changes nothing.
    public func status() async throws -> SiteStatus { try await reading { try await $0.status($1) } }

    private func status(_ ledger: Ledger) async throws -> SiteStatus {
        var status = SiteStatus(site: site.name)
        status.owed = ledger.state.drill.map { ["the end of drill \($0.run), which has \($0.holds)"] } ?? []
        status.lastRun = try history().last
        status.heldBy = SiteLock.holder(in: folder)
        try await read(into: &status, ledger)
        status.problems += status.findings
        return status
    }

    /// An error of one part is a problem; the other parts are read all the same.
    private func read(into status: inout SiteStatus, _ ledger: Ledger) async throws {
        do { status.dns = try await publication?.check() } catch let error as DNSError {
            status.problems.append(Complaint(error).text)
        }
        let found: GuestHost.Found?
        do { found = try await provision(ledger, report).find() } catch let held as SiteLock.Held {
            status.heldBy = status.heldBy ?? held.by
            return
        }
        guard let guest = found else {
            if let lost = ledger.state.guest {
                status.problems.append(
                    "guest \(lost.id) was deleted outside of mxprovision; `mxprovision up \(site.name)` creates a new one"
                )
            }
            return
        }
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
        if let lock = guest.view.lock { status.problems.append("guest \(guest.id) is locked (\(lock))") }
        guard guest.view.isRunning else {
            status.problems.append(
                "guest \(guest.id) is stopped, so it accepts no mail; `mxprovision up \(site.name)` starts it")
            return
        }
        do { try await readGuest(guest, into: &status, ledger) } catch let error as any LocalizedError {
            status.problems.append(Complaint(error).text)
        }
    }

    private func readGuest(_ guest: GuestHost.Found, into status: inout SiteStatus, _ ledger: Ledger) async throws {
        let access = access(ledger, report)
        let connection = try await access.connection(to: guest, on: host)
        let hostname = site.guest.hostname.description
        let answers = try await lend(connection, endingWith: { await $0.close() }) {
            try await $0.query([
                MailQueue.size, ServedCertificate.question(for: hostname), RecipientSnapshot.question,
                PrimaryState.probe(inventory.primary), AlertState.question, GuestRecordStore().probe,
                DeferralReason.question,
            ])
        }
        let record = GuestRecord(answers[5])
        status.owed += record.pending.map(\.description) + (record.needsVerification ? ["verification"] : [])
        // What cannot be read is a problem of its own, and keeps nothing else from being read.
        func require<Value>(_ missing: String, _ read: () throws -> Value?) -> Value? {
            do {
                let value = try read()
                if value == nil { status.problems.append(missing) }
                return value
            } catch {
                status.problems.append(Complaint(error).text)
                return nil
            }
        }
        status.queued = require("the mail queue cannot be read") { try MailQueue.count(in: answers[0]) }
        let deferrals = require("it cannot be read why mail is deferred") { try DeferralReason.reasons(in: answers[6]) }
        status.deferrals = deferrals?.isEmpty == false ? deferrals : nil
        status.certificate = require("port 25 of the guest shows no certificate") {
            try ServedCertificate(in: answers[1], at: Date())
        }
        if inventory.sources.isPulled {
            status.recipients = require("the guest has no list of recipients") { try RecipientSnapshot(answers[2]) }
        }
        status.primary = require("the guest cannot find out whether the primary accepts mail") {
            PrimaryState(answers[3])
        }
        status.alerts = require("the guest has no monitor, so it sends no alerts") { try AlertState(answers[4]) }
    }
}

extension SiteStatus {
    /// What the values that were read say needs attention.
    fileprivate var findings: [String] {
        var findings: [String] = []
        if let primary, primary.state != .answers {
            findings.append("the primary does not accept mail (\(primary.state.rawValue)): \(primary.evidence)")
        }
        if let certificate {
            if !certificate.matchesName { findings.append("the certificate of port 25 is for another name") }
            if certificate.daysLeft < ServedCertificate.enoughDays {
                findings.append("the certificate of port 25 has \(certificate.daysLeft) days left")
            }
        }
        if recipients?.isStale == true { findings.append("the list of recipients is stale") }
        if let alerts {
            // A monitor that does not work would hide every other problem.
            if let problem = alerts.problem { findings.append(problem) }
            findings += alerts.conditions.map(\.text)
            findings += alerts.channels.compactMap { channel in
                channel.trouble.map { "alerts by \(channel.name) cannot be sent: \($0)" }
            }
        }
        for way in ways {
            if let problem = way.problem { findings.append("\(way.name): \(problem)") }
            if !way.changes.isEmpty { findings.append("\(way.name) has drifted (\(way.changes.count))") }
        }
        if let dns, !dns.isEmpty { findings.append("the public DNS differs from the inventory") }
        if !owed.isEmpty, heldBy == nil {
            findings.append(
                "an earlier run left work (\(owed.joined(separator: ", "))); `mxprovision up \(site)` continues it")
        }
        return findings
    }
}
