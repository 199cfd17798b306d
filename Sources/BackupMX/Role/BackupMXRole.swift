public import Alerts
public import ConfigurationFiles
package import Engine
import Guests
package import Ingress
import RemoteShell
import Resources
public import Sites

/// A backup mail exchanger: it accepts mail for some domains while their primary is down, and delivers it later.
public struct BackupMXRole: Sendable {
    public var domains: [DomainName]
    public var primary: PrimaryServer
    /// The recipients that are known here: the listed addresses, and `postmaster` and `abuse` of each domain.
    public var recipients: [MailAddress]
    /// The sources of further recipients.
    public var sources: RecipientSources
    /// Whether a list of recipients may lose more than a fifth of its entries.
    public var acceptsShrink = false
    /// The address for the guests' own mail, such as cron's output. It is outside the relayed domains.
    public var alerts: MailAddress
    /// The alert channels of all sites.
    public var channels: [AlertChannel]
    /// The alert channels of single sites, by the site's name.
    var siteChannels: [String: [AlertChannel]]
    public var monitor: MonitorSettings
    /// Nil if there are no drills.
    public var drill: DrillSettings?

    /// The domains without a catch-all.
    var closedDomains: [DomainName] { domains.filter { !sources.catchAll.contains($0) } }

    /// Returns the alert channels of a site's guest: those of all sites, then the site's own.
    func channels(of site: Site) -> [AlertChannel] { channels + siteChannels[site.name, default: []] }
}

extension Inventory {
    /// The settings of the role backup-mx; nil if the inventory's playbook has another role, or none.
    public var backupMX: BackupMXRole? { role as? BackupMXRole }

    /// Lets the lists of recipients lose more than a fifth of their entries.
    public mutating func acceptShrunkRecipients() {
        guard var mail = backupMX else { return }
        mail.acceptsShrink = true
        role = mail
    }
}

extension Provisioner {
    /// The settings of the role backup-mx.
    ///
    /// - Throws: ``RoleError/missing(role:site:playbook:)``
    public var backupMX: BackupMXRole {
        get throws {
            guard let mail = inventory.backupMX else {
                throw RoleError.missing(role: BackupMXRole.name, site: site.name, playbook: playbook.name)
            }
            return mail
        }
    }
}

extension BackupMXRole: RunningRole, DiagnosedRole {
    package static let alternatives = [AlertChannel.Kind.allCases.map(\.rawValue)]
    package static let name = "backup-mx"
    package static let marker: String? = nil
    package static let inventoryKeys: Set<String> = ["domain", "domains", "primary", "recipients"]
    package static let kinds = StepKinds.backupMX

    package static func reader(of inventory: inout Parameters) -> any RoleReader { BackupMXReader(&inventory) }

    package var contact: MailAddress? { alerts }

    package func ports(of site: Site) -> PublishedPorts {
        PublishedPorts(published: [NetworkPort(25)], early: site.certificate.ports)
    }

    package func variables(for site: Site) -> [String: Variable] {
        let own: [String: Variable] = [
            "domain": .text(domains.first?.description ?? ""),
            "domains": .list(domains.map(\.description)),
            "domains.line": .text(domains.map(\.description).joined(separator: ", ")),
            "alerts": .text(alerts.description),
            "primary.name": .text(primary.name.description),
            "primary.address": .text(primary.address.description),
            "primary.port": .text(String(primary.port)),
            "primary.peer": .text((primary.peer ?? primary.address).description),
            "primary.nexthop": .text("[\(primary.address.literal)]:\(primary.port)"),
        ]
        return own.merging(alertVariables(for: site)) { own, _ in own }
            .merging(recipientVariables(for: site)) { own, _ in own }
    }

    package var exchange: DesiredZone.Exchange? {
        DesiredZone.Exchange(primary: RecordName(primary.name), domains: domains.map { RecordName($0) })
    }

    package func greetingReader(of site: Site, at port: NetworkPort) -> OutsideCheck.GreetingReader? {
        port == NetworkPort(25) ? OutsideCheck.smtpGreetingReader(of: site.guest.hostname.description) : nil
    }
}
