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
public struct SiteStatus: Encodable, Sendable {
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
    /// The part of the site's role; nil if the site has none.
    package var role: (any RoleStatus)?
    /// The state of the guest's security updates; nil if it does not update itself, or could not be queried.
    public var updates: SystemUpdates?
    /// How the public DNS differs from the inventory; nil if the inventory does not manage the public DNS.
    public var dns: ZoneReport?
    /// The firewalls and the router that connections pass on their way to the guest, as far as the inventory configures them.
    public var ingress: [Ingress] = []
    /// Pending handlers and verification.
    public var pending: [String] = []
    public var lastRun: JournalEntry?
    /// Who is working on the site right now.
    public var heldBy: SiteLock.Holder?
    /// What needs attention, most urgent first; empty if the site is healthy. `status` exits with 1 if there is any.
    public var problems: [String] = []

    package init(site: String) { self.site = site }

    private enum CodingKeys: String, CodingKey {
        case site, guest, updates, dns, ingress, pending, lastRun, heldBy, problems
    }

    /// Encodes the members of the role's part beside the general ones.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(site, forKey: .site)
        try container.encodeIfPresent(guest, forKey: .guest)
        try container.encodeIfPresent(updates, forKey: .updates)
        try container.encodeIfPresent(dns, forKey: .dns)
        try container.encode(ingress, forKey: .ingress)
        try container.encode(pending, forKey: .pending)
        try container.encodeIfPresent(lastRun, forKey: .lastRun)
        try container.encodeIfPresent(heldBy, forKey: .heldBy)
        try container.encode(problems, forKey: .problems)
        try role?.encode(to: encoder)
    }
}

/// The part of a status that belongs to the site's role.
package protocol RoleStatus: Encodable, Sendable {
    /// What needs attention, most urgent first.
    var findings: [String] { get }
}

extension SiteStatus {
    /// Reads a value that a healthy guest has. If it cannot be read, that is a problem, and does not prevent reading the
    /// others.
    package mutating func require<Value>(_ missing: String, _ read: () throws -> Value?) -> Value? {
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
    package var findings: [String] {
        var findings = role?.findings ?? []
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
