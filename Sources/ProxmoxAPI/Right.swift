import Diagnostics

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
    /// Returns the commands that root runs on the node to grant rights to a user. If the caller is a token, they grant
    /// them to the token too: a privilege-separated token has only the rights that both have.
    ///
    /// A role on a path replaces all roles inherited from the paths above, but adds to other roles on the same path
    /// (PVE::AccessControl, roles).
    ///
    /// - Parameter who: `user@realm`, or `user@realm!token`.
    public static func commands(granting rights: [Right], to who: String) -> [String] {
        let user = "--users \(CommandWord.quoted(CallerName.user(of: who)))"
        let subjects = user + (CallerName.isToken(who) ? " --tokens \(CommandWord.quoted(who))" : "")
        return Dictionary(grouping: rights, by: \.path).sorted { $0.key < $1.key }.flatMap { path, rights in
            let privileges = Set(rights.map(\.privilege)).sorted()
            let role = builtIn(privileges)
            let name = role ?? self.name(privileges, on: path)
            let made = role == nil ? ["pveum role add \(name) --privs \"\(privileges.joined(separator: " "))\""] : []
            return made + ["pveum acl modify \(path) --roles \(name) \(subjects)"]
        }
    }

    /// Returns Proxmox's built-in role for the privileges, if one has hardly any others.
    private static func builtIn(_ privileges: [String]) -> String? {
        switch privileges {
        case ["VM.Audit", "VM.Clone"], ["VM.Clone"]: "PVETemplateUser"
        case ["Datastore.AllocateSpace"]: "PVEDatastoreUser"
        case ["SDN.Use"]: "PVESDNUser"
        default: nil
        }
    }

    /// Returns the name of a new role. Names that begin with `PVE` are reserved for Proxmox.
    private static func name(_ privileges: [String], on path: String) -> String {
        let what = privileges.count == 1 ? privileges[0] : path.split(separator: "/").joined(separator: "-")
        return "mxprovision-\(what)"
    }
}
