import ConfigurationFiles
import Diagnostics
public import Engine
import Foundation
import Guests
public import Ingress
import ProxmoxAPI
import RemoteShell
public import Resources

/// The state of a site.
public struct SiteStatus: Codable, Sendable, Equatable {
    public struct Guest: Codable, Sendable, Equatable {
        public var id: Int
        public var node: String
        public var running: Bool
        public var address: String?
    }

    /// A firewall outside the guest, or the router.
    public struct Ingress: Codable, Sendable, Equatable {
        public var name: String
        /// What `up` would change in it.
        public var changes: [Change] = []
        /// Why it could not be checked.
        public var problem: String?
    }

    public var site: String
    public var guest: Guest?
    /// Number of messages in the mail queue; nil if the guest could not be queried.
    public var queued: Int?
    /// Number of messages that Postfix has put aside because it could not read them; nil if there are none.
    public var putAside: Int?
    /// Why messages are deferred, the most frequent reason first; nil if none are.
    public var deferrals: [DeferralReason]?
    /// The primary's state as the guest sees it; nil if the guest could not be queried.
    public var primary: PrimaryState?
    /// The guest's copy of the primary's recipients; nil if the inventory lists them all.
    public var recipients: RecipientSnapshot?
    /// The records of the recipient file on this machine that are left out; nil if there are none.
    public var leftOut: LeftOutRecords?
    /// The certificate that port 25 presents to senders; nil if the guest could not be queried, or presents none.
    public var certificate: ServedCertificate?
    /// The problems that the guest's monitor has found; nil if it has no monitor, or could not be queried.
    public var alerts: AlertState?
    /// The state of the guest's security updates; nil if it does not update itself, or could not be queried.
    public var updates: SystemUpdates?
    /// How the public DNS differs from the inventory; nil if the inventory does not manage the public DNS.
    public var dns: ZoneReport?
    /// The firewalls and the router that mail passes on its way to the guest, as far as the inventory configures them.
    public var ingress: [Ingress] = []
    /// Pending handlers and verification.
    public var pending: [String] = []
    public var lastRun: JournalEntry?
    /// Who is working on the site right now.
    public var heldBy: SiteLock.Holder?
    /// What needs attention, most urgent first; empty if the site is healthy. `status` exits with 1 if there is any.
    public var problems: [String] = []
}

extension Provisioner {
    /// Reads the state of the site. Changes nothing.
    public func status() async throws -> SiteStatus { try await reading { try await $0.status($1) } }

    private func status(_ stateStore: StateStore) async throws -> SiteStatus {
        var status = SiteStatus(site: site.name)
        role?.beginStatus(&status, stateStore)
        status.lastRun = try history().last
        status.heldBy = SiteLock.holder(in: folder)
        try await read(into: &status, stateStore)
        status.problems += status.findings
        return status
    }

    /// Reads each part of the status. An error of one part becomes a problem; the other parts are still read.
    private func read(into status: inout SiteStatus, _ stateStore: StateStore) async throws {
        do { status.dns = try await publication?.check() } catch let error as DNSError {
            status.problems.append(ErrorDescription(error).text)
        }
        let found: LocatedGuest?
        do { found = try await provision(stateStore, report).find() } catch let held as SiteLock.Held {
            status.heldBy = status.heldBy ?? held.by
            return
        }
        guard let guest = found else {
            if let lost = stateStore.state.guest {
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
            address: try? await ownAddress(stateStore)?.description
        )
        for resource in ingressResources(stateStore, { _ in }) {
            // A manually configured port forward is checked from outside, by `verify`.
            if case .manual? = (resource as? RouterRun)?.forwarding { continue }
            do {
                status.ingress.append(.init(name: resource.name, changes: try await resource.plan(for: guest)))
            } catch let error as any LocalizedError {
                status.ingress.append(.init(name: resource.name, problem: ErrorDescription(error).text))
            }
        }
        if let lock = guest.view.lock { status.problems.append("guest \(guest.id) is locked (\(lock))") }
        guard guest.view.isRunning else {
            status.problems.append(
                "guest \(guest.id) is stopped, so its service is down; `mxprovision up \(site.name)` starts it")
            return
        }
        if let change = Self.addressChange(of: guest, to: site) { status.problems.append(change) }
        do { try await readGuest(guest, into: &status, stateStore) } catch let error as any LocalizedError {
            status.problems.append(ErrorDescription(error).text)
        }
    }

    /// Returns a problem if the guest lacks a fixed address of the inventory, else nil.
    private static func addressChange(of guest: LocatedGuest, to site: Site) -> String? {
        let (shown, expected) = (guest.view.addresses, site.specification.addresses)
        guard !shown.isEmpty, !expected.isEmpty, shown != expected else { return nil }
        func text(_ addresses: [IPAddress]) -> String { addresses.map(\.description).joined(separator: ", ") }
        return "guest \(guest.id) has the address \(text(shown)), not the inventory's \(text(expected)); "
            + "`mxprovision up \(site.name)` changes it"
    }

    private func readGuest(_ guest: LocatedGuest, into status: inout SiteStatus, _ stateStore: StateStore) async throws
    {
        let access = access(stateStore, report)
        let connection = try await access.connection(to: guest, on: host)
        let queries = role?.statusQueries(for: site) ?? []
        let answers = try await withConnection(connection, endingWith: { await $0.close() }) {
            try await $0.query([GuestRecordStore().probe, SystemUpdates.question] + queries)
        }
        let record = GuestRecord(answers[0])
        status.pending += record.pending.map(\.description) + (record.needsVerification ? ["verification"] : [])
        role?.readStatus(&status, from: Array(answers.dropFirst(2)), of: site)
        do { status.updates = try SystemUpdates(answers[1]) } catch {
            status.problems.append(ErrorDescription(error).text)
        }
    }
}

extension SiteStatus {
    /// Reads a value that a healthy guest has. If it cannot be read, that is a problem, and does not prevent reading the
    /// others.
    mutating func require<Value>(_ missing: String, _ read: () throws -> Value?) -> Value? {
        do {
            let value = try read()
            if value == nil { problems.append(missing) }
            return value
        } catch {
            problems.append(ErrorDescription(error).text)
            return nil
        }
    }

    /// What needs attention according to the values that were read.
    fileprivate var findings: [String] {
        var findings: [String] = []
        if let primary, primary.state != .answers {
            findings.append(
                "the primary does not accept mail (\(primary.state.rawValue)): \(primary.evidence.joinedLines)")
        }
        if let certificate {
            if !certificate.matchesName { findings.append("the certificate of port 25 is for another name") }
            if certificate.daysLeft < ServedCertificate.enoughDays {
                findings.append("the certificate of port 25 has \(certificate.daysLeft) days left")
            }
        }
        if recipients?.isStale == true { findings.append("the list of recipients is stale") }
        if let alerts {
            // A broken monitor would hide every other problem.
            if let problem = alerts.problem { findings.append(problem.joinedLines) }
            findings += alerts.conditions.map(\.text.joinedLines)
            findings += alerts.channels.compactMap { channel in
                channel.trouble.map { "alerts by \(channel.name) cannot be sent: \($0.joinedLines)" }
            }
        }
        if updates?.isCurrent == false {
            findings.append(
                "the guest has not checked for security updates for three days; check in the guest: `systemctl status apt-daily.service`"
            )
        }
        for resource in ingress {
            if let problem = resource.problem { findings.append("\(resource.name): \(problem)") }
            if !resource.changes.isEmpty { findings.append("\(resource.name) has drifted (\(resource.changes.count))") }
        }
        if let dns, !dns.isEmpty { findings.append("the public DNS differs from the inventory") }
        if !pending.isEmpty, heldBy == nil {
            findings.append(
                "an earlier run is not finished (\(pending.joined(separator: ", "))); `mxprovision up \(site)` continues it"
            )
        }
        return findings
    }
}
