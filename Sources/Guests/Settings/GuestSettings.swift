public import ConfigurationFiles

/// The settings of a site's container. A nil setting keeps the template's value.
public struct GuestSettings: Sendable, Hashable {
    /// The guest's id; nil to use the next free one.
    public var vmid: Int?
    /// The id of the container to clone.
    public var template: Int
    public var hostname: DomainName
    public var cores: Int?
    /// Memory in MiB.
    public var memory: Int?
    /// Swap in MiB.
    public var swap: Int?
    public var onboot: Bool
    /// Prevents manual deletion of the guest; `teardown` removes the protection.
    public var protection: Bool
    /// Tags in lower case, as Proxmox stores them.
    public var tags: [String]
    public var storage: String?
    public var pool: String?
    /// Whether to make a full clone instead of a linked one; nil to use the default for the template's storage.
    public var full: Bool?
    public var nesting: Bool?
    public var network: GuestNetwork
    /// Addresses; a link-local address has an interface.
    public var nameservers: [String]
    /// Domain names separated by blanks.
    public var searchdomain: String?
}

extension GuestSettings {
    /// Reads the settings. The limits are Proxmox's own: pve-container, `PVE::LXC::Config`, and 100 to 999999999 for an
    /// id.
    package init?(_ parameters: inout Parameters) {
        let ids = 100...999_999_999
        let template = parameters.integer("template", in: ids)
        let vmid = parameters.optionalInteger("vmid", in: ids)
        if vmid == template {
            parameters.wrong("vmid", "`vmid` is \(template), the same as `template`; expected another ID for the guest")
        }
        let hostname: DomainName? = parameters.value("hostname")
        let cores = parameters.optionalInteger("cores", in: 1...8192)
        let memory = parameters.optionalInteger("memory", in: 16...1 << 30)
        let swap = parameters.optionalInteger("swap", in: 0...1 << 30)
        let tags: [Tag] = parameters.optionalValues("tags") ?? [.own]
        let storage: ProxmoxStorage? = parameters.optionalValue("storage")
        let pool: ProxmoxPool? = parameters.optionalValue("pool")
        let network = parameters.section("network") { GuestNetwork(&$0) }
        let nameservers: [ResolverAddress] = parameters.optionalValues("nameservers") ?? []
        let searchdomain: SearchDomains? = parameters.optionalValue("searchdomain")
        let onboot = parameters.boolean("onboot", default: true)
        let protection = parameters.boolean("protection", default: true)
        let full = parameters.optionalBoolean("full")
        let nesting = parameters.optionalBoolean("nesting")
        guard let hostname, let network = network ?? nil else { return nil }
        self.init(
            vmid: vmid,
            template: template,
            hostname: hostname,
            cores: cores,
            memory: memory,
            swap: swap,
            onboot: onboot,
            protection: protection,
            tags: Set(tags.map(\.description)).sorted(),
            storage: storage?.description,
            pool: pool?.description,
            full: full,
            nesting: nesting,
            network: network,
            nameservers: nameservers.map(\.description),
            searchdomain: searchdomain?.description
        )
    }
}
