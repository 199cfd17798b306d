/// The parameters of the calls that the lab answers, without those of the path.
extension Schema {
    static let none = Schema([])
    static let force = Schema([
        ("force", .boolean), ("purge", .boolean), ("destroy-unreferenced-disks", .boolean),
    ])
    static let nextid = Schema([("vmid", vmid)])
    static let resources = Schema([("type", .choice(["vm", "storage", "node", "sdn", "network"]))])
    static let permissions = Schema([("path", .special), ("userid", .text(64))])
    static let ticket = Schema(
        [
            ("username", .text(64)), ("password", .text(4096)), ("realm", .text(32)), ("otp", .special),
            ("tfa-challenge", .special), ("path", .text(64)), ("privs", .special), ("new-format", .boolean),
        ],
        required: ["username", "password"]
    )
    static let configRead = Schema([("current", .boolean), ("snapshot", .text(40))])
    static let clone = Schema(
        [
            ("newid", vmid), ("hostname", .hostname), ("description", .text(8192)), ("pool", .special),
            ("snapname", .text(40)), ("storage", .special), ("full", .boolean), ("target", .special),
            ("bwlimit", any),
        ],
        required: ["newid"]
    )
    static let config = Schema([
        ("arch", .choice(["amd64", "i386", "arm64", "armhf", "riscv32", "riscv64"])),
        ("cmode", .choice(["shell", "console", "tty"])), ("console", .boolean), ("cores", .integer(1...8192)),
        ("cpulimit", .special), ("cpuunits", .integer(0...500_000)), ("debug", .boolean), ("delete", .special),
        ("description", .text(8192)), ("dev[n]", .special), ("digest", .text(40)), ("entrypoint", .special),
        ("env", .special), ("features", .special), ("hookscript", .special), ("hostname", .hostname),
        ("lock", .special), ("memory", .integer(16...Int.max)), ("mp[n]", .special), ("nameserver", .special),
        ("net[n]", .special), ("onboot", .boolean), ("ostype", .special), ("protection", .boolean),
        ("revert", .special), ("rootfs", .special), ("searchdomain", .special), ("startup", .special),
        ("swap", any), ("tags", .special), ("template", .boolean), ("timezone", .special), ("tty", .integer(0...6)),
        ("unprivileged", .boolean), ("unused[n]", .special),
    ])
    static let start = Schema([("debug", .boolean), ("skiplock", .boolean)])
    static let stop = Schema([("overrule-shutdown", .boolean), ("skiplock", .boolean)])
    static let shutdown = Schema([("timeout", any), ("forceStop", .boolean)])
    static let reboot = Schema([("timeout", any)])
    static let feature = Schema(
        [("feature", .choice(["snapshot", "clone", "copy"])), ("snapname", .text(40))],
        required: ["feature"]
    )
    static let taskList = Schema([
        ("start", any), ("limit", any), ("vmid", vmid), ("typefilter", .special), ("userfilter", .special),
        ("statusfilter", .special), ("errors", .boolean), ("source", .choice(["archive", "active", "all"])),
        ("since", any), ("until", any),
    ])
    static let taskLog = Schema([("start", any), ("limit", any), ("download", .boolean)])
}

extension Schema {
    private static let levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "nolog"]

    static let firewallOptions = Schema([
        ("enable", .boolean), ("macfilter", .boolean), ("dhcp", .boolean), ("ndp", .boolean), ("radv", .boolean),
        ("ipfilter", .boolean), ("policy_in", .choice(["ACCEPT", "REJECT", "DROP"])),
        ("policy_out", .choice(["ACCEPT", "REJECT", "DROP"])), ("log_level_in", .choice(levels)),
        ("log_level_out", .choice(levels)), ("delete", .special), ("digest", .text(64)),
    ])

    private static let rule: [(String, Kind)] = [
        ("type", .choice(["in", "out", "forward", "group"])), ("action", .text(20)), ("enable", any),
        ("macro", .text(128)), ("proto", .special), ("source", .special), ("dest", .special), ("sport", .special),
        ("dport", .special), ("icmp-type", .special), ("iface", .special), ("log", .choice(levels)),
        ("comment", .special), ("digest", .text(64)), ("pos", any),
    ]
    static let newFirewallRule = Schema(rule, required: ["type", "action"])
    static let firewallRule = Schema(rule + [("moveto", any), ("delete", .special)])
}
