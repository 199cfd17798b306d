/// A privilege on a path of Proxmox's access control.
public struct Right: Sendable, Hashable, CustomStringConvertible {
    public var privilege: String
    public var path: String

    public init(_ privilege: String, on path: String) {
        self.privilege = privilege
        self.path = path
    }

    public var description: String { "\(privilege) on \(path)" }
}

extension Right {
    /// What root types on the node to give rights to a user, and to the token where one calls: a separated token may
    /// what both may.
    ///
    /// A role that a path has for somebody takes the place of all that came to it from above, but stands beside others
    /// on the same path (PVE::AccessControl, roles).
    ///
    /// - Parameter who: `user@realm`, or `user@realm!token`.
    static func commands(granting rights: [Right], to who: String) -> [String] {
        let user = who.prefix { $0 != "!" }
        let subjects = "--users \(user)" + (user.count < who.count ? " --tokens '\(who)'" : "")
        return Dictionary(grouping: rights, by: \.path).sorted { $0.key < $1.key }.flatMap { path, rights in
            let privileges = Set(rights.map(\.privilege)).sorted()
            let role = builtIn(privileges)
            let name = role ?? self.name(privileges, on: path)
            let made = role == nil ? ["pveum role add \(name) --privs \"\(privileges.joined(separator: " "))\""] : []
            return made + ["pveum acl modify \(path) --roles \(name) \(subjects)"]
        }
    }

    /// The role that every Proxmox has for it, where that has hardly anything else.
    private static func builtIn(_ privileges: [String]) -> String? {
        switch privileges {
        case ["VM.Audit", "VM.Clone"], ["VM.Clone"]: "PVETemplateUser"
        case ["Datastore.AllocateSpace"]: "PVEDatastoreUser"
        case ["SDN.Use"]: "PVESDNUser"
        default: nil
        }
    }

    /// Names that begin with `PVE` are Proxmox's own.
    private static func name(_ privileges: [String], on path: String) -> String {
        let what = privileges.count == 1 ? privileges[0] : path.split(separator: "/").joined(separator: "-")
        return "mxprovision-\(what)"
    }
}
