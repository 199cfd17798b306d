/// The initial state of the node.
struct Seed: Sendable {
    var guests: [Int: GuestConfig]
    var storages: [Storage]
    var templates: [OSTemplate] = []
    var bridges: [String]
    var access: Access
    /// Whether the datacenter's firewall is enabled. It is disabled in a new Proxmox installation.
    var isFirewalled = false

    /// Returns the lab's initial state: four templates, root, and a user with a privilege-separated token that has the
    /// minimal roles.
    static func lab(tokenSecret: String, rootPassword: String) -> Seed {
        func template(_ id: Int, _ hostname: String) -> GuestConfig {
            GuestConfig(options: [
                "arch": "amd64", "cores": "1", "hostname": hostname, "memory": "512", "ostype": "debian",
                "rootfs": "local-lvm:base-\(id)-disk-0,size=4G", "swap": "512", "template": "1", "unprivileged": "0",
                "net0":
                    "name=eth0,bridge=vmbr0,gw=10.2.0.1,hwaddr=BC:24:11:00:01:\(id - 90),ip=10.2.0.\(id)/24,type=veth",
            ])
        }
        let templates = [
            100: "base-template", 101: "debian-12-standard", 102: "debian-13-standard", 103: "ubuntu-24.04-standard",
        ]
        .reduce(into: [Int: GuestConfig]()) { $0[$1.key] = template($1.key, $1.value) }
        var access = Access()
        access.passwords["root@pam"] = rootPassword
        access.tokens["sitectl@pve!ctl"] = .init(secret: tokenSecret, isSeparated: true)
        access.poolNames = ["sites"]
        access.users = ["root@pam", "sitectl@pve"]
        access.roles = [
            "LabHost": [
                "VM.Allocate", "VM.Audit", "VM.Config.CPU", "VM.Config.Memory", "VM.Config.Network",
                "VM.Config.Options", "VM.PowerMgmt",
            ],
            "LabStore": ["Datastore.AllocateSpace"],
            "LabBridge": ["SDN.Use"],
            "PVETemplateUser": ["VM.Audit", "VM.Clone"],
            "PVEDatastoreUser": ["Datastore.AllocateSpace", "Datastore.Audit"],
            "PVESDNUser": ["SDN.Audit", "SDN.Use"],
        ]
        for subject in ["sitectl@pve", "sitectl@pve!ctl"] {
            access.entries += [
                .init(path: "/pool/sites", subject: subject, role: "LabHost"),
                .init(path: "/storage/local-lvm", subject: subject, role: "LabStore"),
                .init(path: "/sdn/zones/localnetwork/vmbr0", subject: subject, role: "LabBridge"),
            ]
            access.entries += templates.keys.sorted().map {
                .init(path: "/vms/\($0)", subject: subject, role: "PVETemplateUser")
            }
        }
        return Seed(
            guests: templates,
            storages: [
                Storage(name: "local", kind: .dir, content: "vztmpl,backup,iso"),
                Storage(name: "local-lvm", kind: .lvmthin, content: "images,rootdir"),
            ],
            templates: [.debian12, .debian13],
            bridges: ["vmbr0"],
            access: access,
            isFirewalled: true
        )
    }
}
