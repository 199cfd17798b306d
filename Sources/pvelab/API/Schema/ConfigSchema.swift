/// The options of a container.
extension Schema {
    static let config = Schema([
        .choice("arch", ["amd64", "i386", "arm64", "armhf", "riscv32", "riscv64"]),
        .choice("cmode", ["shell", "console", "tty"]),
        .boolean("console"),
        .integer("cores", from: 1, to: 8192),
        .number("cpulimit", from: 0, to: 8192),
        .integer("cpuunits", from: 0, to: 500_000),
        .boolean("debug"),
        .text("delete").format(.options),
        .text("description", to: 8192),
        .text("dev[n]").properties(.device),
        .text("digest", to: 40),
        .text("entrypoint").pattern(#"(?:[^\x00-\x08\x10-\x1F\x7F]+)"#),
        .text("env").pattern(#"(?:(?:\w+=[^\x00-\x08\x10-\x1F\x7F]*)(?:\x00\w+=[^\x00-\x08\x10-\x1F\x7F]*)*)"#),
        .text("features").properties(.features),
        .text("hookscript").format(.volume),
        .text("hostname", to: 255).format(.hostname),
        .choice(
            "lock",
            [
                "backup", "create", "destroyed", "disk", "fstrim", "migrate", "mounted", "rollback", "snapshot",
                "snapshot-delete",
            ]),
        .integer("memory", from: 16),
        .text("mp[n]").properties(.mountPoint),
        .text("nameserver").format(.addresses),
        .text("net[n]").properties(.network),
        .boolean("onboot"),
        .choice(
            "ostype",
            [
                "debian", "devuan", "ubuntu", "centos", "fedora", "opensuse", "archlinux", "alpine", "gentoo", "nixos",
                "unmanaged",
            ]),
        .boolean("protection"),
        .text("revert").format(.options),
        .text("rootfs").properties(.rootfs),
        .text("searchdomain").format(.hostnames),
        .text("startup").format(.startup),
        .integer("swap", from: 0),
        .text("tags").format(.tags),
        .boolean("template"),
        .text("timezone").format(.timezone),
        .integer("tty", from: 0, to: 6),
        .boolean("unprivileged"),
        .text("unused[n]").properties(.unused),
    ])
}

extension PropertyString {
    static let network = PropertyString(
        [
            .text("bridge").pattern(#"[-_.\w\d]+"#),
            .boolean("firewall"),
            .text("gw").format(.ipv4),
            .text("gw6").format(.ipv6),
            .boolean("host-managed"),
            .text("hwaddr").format(.hardwareAddress),
            .text("ip").format(.ipv4Configuration),
            .text("ip6").format(.ipv6Configuration),
            .boolean("link_down"),
            .integer("mtu", from: 64, to: 65535),
            .text("name").pattern(#"[-_.\w\d]+"#).required,
            .number("rate"),
            .integer("tag", from: 1, to: 4094),
            .text("trunks").pattern(#"(?:\d+(?:;\d+)*)"#),
            .choice("type", ["veth"]),
        ]
    )
    static let rootfs = PropertyString(
        [
            .boolean("acl"),
            .text("mountoptions").pattern(
                #"(?:(?:(discard|lazytime|noatime|nodev|noexec|nosuid))(;(?:(discard|lazytime|noatime|nodev|noexec|nosuid)))*)"#
            ),
            .boolean("quota"),
            .boolean("replicate"),
            .boolean("ro"),
            .boolean("shared"),
            .text("size").format(.diskSize),
            .text("volume").format(.mountPoint).required,
        ],
        defaultKey: "volume"
    )
    static let mountPoint = PropertyString(
        [
            .boolean("acl"),
            .boolean("backup"),
            .boolean("keepattrs"),
            .text("mountoptions").pattern(
                #"(?:(?:(discard|lazytime|noatime|nodev|noexec|nosuid))(;(?:(discard|lazytime|noatime|nodev|noexec|nosuid)))*)"#
            ),
            .text("mp").format(.mountPoint).required,
            .boolean("quota"),
            .boolean("replicate"),
            .boolean("ro"),
            .boolean("shared"),
            .text("size").format(.diskSize),
            .text("volume").format(.mountPoint).required,
        ],
        defaultKey: "volume"
    )
    static let device = PropertyString(
        [
            .boolean("deny-write"),
            .integer("gid", from: 0),
            .text("mode").pattern(#"0[0-7]{3}"#),
            .text("path").format(.device),
            .integer("uid", from: 0),
        ],
        defaultKey: "path"
    )
    static let features = PropertyString(
        [
            .boolean("force_rw_sys"),
            .boolean("fuse"),
            .boolean("keyctl"),
            .boolean("mknod"),
            .text("mount").pattern(#"(?:[a-zA-Z0-9_; ]+)"#),
            .boolean("nesting"),
        ]
    )
    static let unused = PropertyString(
        [
            .text("volume").format(.volume).required
        ],
        defaultKey: "volume"
    )
}
