/// What the node has when the lab begins.
struct Seed: Sendable {
    var guests: [Int: GuestConfig]
    var storages: [Storage]
    var bridges: [String]
    var access: Access
    /// Whether the datacenter's firewall is on, which a fresh Proxmox has off.
    var isFirewalled = false

    /// Two templates, a user whose separated token has the smallest roles that do, and root.
    static func lab(tokenSecret: String, rootPassword: String) -> Seed {
        func template(_ id: Int, _ hostname: String) -> GuestConfig {
            GuestConfig(options: [
                "arch": "amd64", "cores": "1", "hostname": hostname, "memory": "512", "ostype": "debian",
                "rootfs": "local-lvm:base-\(id)-disk-0,size=4G", "swap": "512", "template": "1", "unprivileged": "0",
                "net0":
                    "name=eth0,bridge=vmbr0,gw=10.2.0.1,hwaddr=BC:24:11:00:01:\(id - 90),ip=10.2.0.\(id)/24,type=veth",
            ])
        }
        var access = Access()
        access.passwords["root@pam"] = rootPassword
        access.tokens["sitectl@pve!ctl"] = .init(secret: tokenSecret, isSeparated: true)
        access.roles = [
            "SiteHost": [
                "VM.Allocate", "VM.Audit", "VM.Config.CPU", "VM.Config.Memory", "VM.Config.Network",
                "VM.Config.Options", "VM.PowerMgmt",
            ],
            "SiteStore": ["Datastore.AllocateSpace"],
            "SiteBridge": ["SDN.Use"],
            "PVETemplateUser": ["VM.Audit", "VM.Clone"],
        ]
        for subject in ["sitectl@pve", "sitectl@pve!ctl"] {
            access.entries += [
                .init(path: "/pool/sites", subject: subject, role: "SiteHost"),
                .init(path: "/vms/100", subject: subject, role: "PVETemplateUser"),
                .init(path: "/vms/101", subject: subject, role: "PVETemplateUser"),
                .init(path: "/storage/local-lvm", subject: subject, role: "SiteStore"),
                .init(path: "/sdn/zones/localnetwork/vmbr0", subject: subject, role: "SiteBridge"),
            ]
        }
        return Seed(
            guests: [100: template(100, "base-template"), 101: template(101, "debian-12-standard")],
            storages: [
                Storage(name: "local", kind: .dir, content: "vztmpl,backup,iso"),
                Storage(name: "local-lvm", kind: .lvmthin, content: "images,rootdir"),
            ],
            bridges: ["vmbr0"],
            access: access,
            isFirewalled: true
        )
    }
}
