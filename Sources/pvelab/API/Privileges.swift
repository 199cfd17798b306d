/// All privileges of a release (PVE::AccessControl). `root@pam` has them everywhere.
enum Privileges {
    static func all(of release: APIServer.Release) -> Set<String> {
        switch release {
        case .v9_2:
            common.union([
                "VM.GuestAgent.Audit", "VM.GuestAgent.FileRead", "VM.GuestAgent.FileSystemMgmt",
                "VM.GuestAgent.FileWrite", "VM.GuestAgent.Unrestricted", "VM.Replicate",
            ])
        case .v8_4: common.union(["VM.Monitor"])
        }
    }

    private static let common: Set<String> = [
        "Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.AllocateTemplate", "Datastore.Audit",
        "Group.Allocate", "Mapping.Audit", "Mapping.Modify", "Mapping.Use", "Permissions.Modify", "Pool.Allocate",
        "Pool.Audit", "Realm.Allocate", "Realm.AllocateUser", "SDN.Allocate", "SDN.Audit", "SDN.Use",
        "Sys.AccessNetwork", "Sys.Audit", "Sys.Console", "Sys.Incoming", "Sys.Modify", "Sys.PowerMgmt", "Sys.Syslog",
        "User.Modify", "VM.Allocate", "VM.Audit", "VM.Backup", "VM.Clone", "VM.Config.CDROM", "VM.Config.CPU",
        "VM.Config.Cloudinit", "VM.Config.Disk", "VM.Config.HWType", "VM.Config.Memory", "VM.Config.Network",
        "VM.Config.Options", "VM.Console", "VM.Migrate", "VM.PowerMgmt", "VM.Snapshot", "VM.Snapshot.Rollback",
    ]

    /// Returns the privileges that a browser receives with its ticket, by part of the user interface, whatever path
    /// they apply to (PVE::API2::AccessControl, compute_api_permission).
    static func capabilities(_ held: Set<String>) -> JSON {
        let parts: [String: [String]] = [
            "vms": ["VM.", "Permissions.Modify"], "access": ["User.", "Group.", "Permissions.Modify"],
            "storage": ["Datastore.", "Permissions.Modify"], "nodes": ["Sys.", "Permissions.Modify"],
            "sdn": ["SDN.", "Permissions.Modify"], "dc": ["Sys.Audit", "Sys.Modify", "SDN."],
            "mapping": ["Mapping.", "Permissions.Modify"],
        ]
        return .object(
            parts.mapValues { prefixes in
                let told = held.filter { privilege in prefixes.contains { privilege.hasPrefix($0) } }
                return .object(Dictionary(uniqueKeysWithValues: told.map { ($0, 1) }))
            }
        )
    }
}
