public import ConfigurationFiles
import Engine
public import Ingress
import Resources

/// The sites of one mail domain, or of several with the same primary, and their common settings.
public struct Inventory: Sendable {
    /// The mail server for which the guests are backups.
    public struct Primary: Sendable, Hashable {
        public var name: DomainName
        /// The address within the VPN.
        public var address: IPAddress
        public var port: Int
        /// The address that answers ping at the VPN's far end, even if the mail server is down; nil if only the primary
        /// itself does.
        public var peer: IPAddress?
        /// How guests and this machine log in; nil if they do not.
        public var ssh: PrimaryAccess?
    }

    /// The path of the file, as it was given.
    public var file: String
    public var name: String
    /// The path of the playbook for its sites; nil for the standard one.
    public var playbook: String?
    public var domains: [DomainName]
    public var primary: Primary
    /// The recipients that are known here: the listed addresses, and `postmaster` and `abuse` of each domain.
    public var recipients: [MailAddress]
    /// The sources of further recipients.
    public var sources: RecipientSources
    /// The address for the guests' own mail, such as cron's output. It is outside the relayed domains.
    public var alerts: MailAddress
    /// The alert channels of all sites.
    public var channels: [AlertChannel]
    public var monitor: MonitorSettings
    public var dns: DNSSettings
    /// Nil if there are no drills.
    public var drill: DrillSettings?
    /// The sites in the order of the file.
    public var sites: [Site]

    /// The domains without a catch-all.
    var closedDomains: [DomainName] { domains.filter { !sources.catchAll.contains($0) } }

    /// Returns the site with this name, or nil if there is none.
    public func site(named name: String) -> Site? { sites.first { $0.name == name } }

    /// Reads an inventory. Does not read secrets: ``SecretSource/read(environment:)``.
    ///
    /// - Throws: ``Mistakes``, all of them at once.
    public static func load(from path: String) throws(Mistakes) -> Inventory {
        try read(SourceFile(path: path, option: "--inventory"))
    }
}
