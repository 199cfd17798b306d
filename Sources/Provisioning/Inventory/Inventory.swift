/// The sites of one mail domain, or of several that have the same primary, and what they share.
public struct Inventory: Sendable {
    /// The mail server that the guests stand in for.
    public struct Primary: Sendable, Hashable {
        public var name: DomainName
        /// Within the VPN.
        public var address: IPAddress
        public var port: Int
        /// What answers ping at the VPN's far end, whatever the mail server does; nil where nothing but itself does.
        public var peer: IPAddress?
        /// Nil where nobody has business there.
        public var ssh: PrimaryAccess?
    }

    /// The file, as it was named.
    public var file: String
    public var name: String
    public var domains: [DomainName]
    public var primary: Primary
    /// The addresses that are known here: those listed, and `postmaster` and `abuse` of each domain.
    public var recipients: [MailAddress]
    /// Where further ones come from.
    public var sources: RecipientSources
    /// Where the guests' own mail goes, what cron and the system write: elsewhere.
    public var alerts: MailAddress
    /// By which ways the guests of all sites tell of their troubles.
    public var channels: [AlertChannel]
    public var monitor: MonitorSettings
    public var dns: DNSSettings
    /// Nil where no failover is rehearsed.
    public var drill: DrillSettings?
    /// In the file's order.
    public var sites: [Site]

    /// The domains that take mail for nobody but those who exist.
    var closedDomains: [DomainName] { domains.filter { !sources.catchAll.contains($0) } }

    /// The site of a name; nil where there is none.
    public func site(named name: String) -> Site? { sites.first { $0.name == name } }

    /// Reads an inventory. Secrets are not read: ``SecretSource/read(environment:)``.
    ///
    /// - Throws: ``Mistakes``, all of them at once.
    public static func load(from path: String) throws(Mistakes) -> Inventory {
        try read(SourceFile(path: path))
    }
}
