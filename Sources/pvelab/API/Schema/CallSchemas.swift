/// The parameters of the lab's calls, without those of the path, as Proxmox VE 9 publishes them.
extension Schema {
    static let ticket = Schema([
        .boolean("new-format"),
        .text("otp"),
        .text("password").required,
        .text("path", to: 64).companion("privs"),
        .text("privs", to: 64).format(.privileges).companion("path"),
        .text("realm", to: 32).format(.realm),
        .text("tfa-challenge"),
        .text("username", to: 64).required,
    ])
    static let permissions = Schema([
        .text("path"),
        .text("userid").pattern(
            #"(?:^(?:[^\s:/]+)\@(?:[A-Za-z][A-Za-z0-9\.\-_]+)(?:!(?:[A-Za-z][A-Za-z0-9\.\-_]+))?$)"#),
    ])
    static let nextid = Schema([
        .vmid("vmid")
    ])
    static let resources = Schema([
        .choice("type", ["vm", "storage", "node", "sdn"])
    ])
    static let pools = Schema([
        .text("poolid").format(.pool),
        .choice("type", ["qemu", "lxc", "storage"]),
    ])
    static let destroy = Schema([
        .boolean("destroy-unreferenced-disks"),
        .boolean("force"),
        .boolean("purge"),
    ])
    static let configRead = Schema([
        .boolean("current"),
        .text("snapshot", to: 40).format(.option),
    ])
    static let clone = Schema([
        .number("bwlimit", from: 0),
        .text("description"),
        .boolean("full"),
        .text("hostname").format(.hostname),
        .vmid("newid").required,
        .text("pool").format(.pool),
        .text("snapname", to: 40).format(.option),
        .text("storage").format(.storage),
        .text("target").format(.node),
    ])
    static let create = Schema(
        config.parameters.filter { !["delete", "digest", "revert"].contains($0.name) } + [
            .number("bwlimit", from: 0),
            .boolean("force"),
            .boolean("ha-managed"),
            .boolean("ignore-unpack-errors"),
            .text("ostemplate", to: 255).required,
            .text("password", from: 5),
            .text("pool").format(.pool),
            .boolean("restore"),
            .text("ssh-public-keys"),
            .boolean("start"),
            .text("storage").format(.storage),
            .boolean("unique").companion("restore"),
            .vmid("vmid").required,
        ])
    static let content = Schema([
        .text("content").format(.content),
        .vmid("vmid"),
    ])
    static let feature = Schema([
        .choice("feature", ["snapshot", "clone", "copy"]).required,
        .text("snapname", to: 40).format(.option),
    ])
    static let start = Schema([
        .boolean("debug"),
        .boolean("skiplock"),
    ])
    static let stop = Schema([
        .boolean("overrule-shutdown"),
        .boolean("skiplock"),
    ])
    static let shutdown = Schema([
        .boolean("forceStop"),
        .integer("timeout", from: 0),
    ])
    static let reboot = Schema([
        .integer("timeout", from: 0)
    ])
    static let storageList = Schema([
        .text("content").format(.contents),
        .boolean("enabled"),
        .boolean("format"),
        .text("storage").format(.storage),
        .text("target").format(.node),
    ])
    static let networkList = Schema([
        .choice(
            "type",
            [
                "bridge", "bond", "eth", "alias", "vlan", "fabric", "OVSBridge", "OVSBond", "OVSPort", "OVSIntPort",
                "vnet", "any_bridge", "any_local_bridge", "include_sdn",
            ])
    ])
    static let taskList = Schema([
        .boolean("errors"),
        .integer("limit", from: 0),
        .integer("since"),
        .choice("source", ["archive", "active", "all"]),
        .integer("start", from: 0),
        .text("statusfilter").format(.outcomes),
        .text("typefilter"),
        .integer("until"),
        .text("userfilter"),
        .vmid("vmid"),
    ])
    static let taskLog = Schema([
        .boolean("download"),
        .integer("limit", from: 0),
        .integer("start", from: 0),
    ])
}
