/// What the container of a site is to be. What is nil stays as the template has it.
public struct GuestSettings: Sendable, Hashable {
    /// Nil: Proxmox gives the next free one.
    public var vmid: Int?
    /// The container that is cloned.
    public var template: Int
    public var hostname: DomainName
    public var cores: Int?
    /// MiB
    public var memory: Int?
    /// MiB
    public var swap: Int?
    public var onboot: Bool
    /// Keeps people from removing the guest by hand; teardown lifts it.
    public var protection: Bool
    /// In lower case, as Proxmox keeps them.
    public var tags: [String]
    public var storage: String?
    public var pool: String?
    /// A full clone rather than a linked one; nil leaves it to what the template's storage can do.
    public var full: Bool?
    public var nesting: Bool?
    public var network: GuestNetwork
    public var nameservers: [IPAddress]
    public var searchdomain: DomainName?
}

extension GuestSettings {
    /// Proxmox's own limits: pve-container, `PVE::LXC::Config`, and 100 to 999999999 for an id.
    init?(_ parameters: inout Parameters) {
        let ids = 100...999_999_999
        let template = parameters.integer("template", in: ids)
        let vmid = parameters.optionalInteger("vmid", in: ids)
        if vmid == template {
            parameters.wrong("vmid", "`vmid` is \(template), as `template` is; the guest needs an id of its own")
        }
        let hostname: DomainName? = parameters.value("hostname")
        let cores = parameters.optionalInteger("cores", in: 1...8192)
        let memory = parameters.optionalInteger("memory", in: 16...1 << 30)
        let swap = parameters.optionalInteger("swap", in: 0...1 << 30)
        let tags: [Tag] = parameters.optionalValues("tags") ?? [.own]
        let storage: ProxmoxName? = parameters.optionalValue("storage")
        let pool: ProxmoxName? = parameters.optionalValue("pool")
        let network = parameters.section("network") { GuestNetwork(&$0) }
        let nameservers: [IPAddress] = parameters.optionalValues("nameservers") ?? []
        let searchdomain: DomainName? = parameters.optionalValue("searchdomain")
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
            nameservers: nameservers,
            searchdomain: searchdomain
        )
    }
}
