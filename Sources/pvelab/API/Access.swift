/// The authenticated user or token of a call.
struct Caller: Sendable, Hashable {
    /// `user@realm`
    var user: String
    /// The token's name, or nil for a ticket.
    var token: String?

    var name: String { token.map { "\(user)!\($0)" } ?? user }
    static let root = Caller(user: "root@pam", token: nil)
}

/// Users, tokens, roles and access control lists (PVE::AccessControl, PVE::RPCEnvironment).
struct Access: Sendable {
    struct Token: Sendable {
        var secret: String
        /// Whether the token is limited to the privileges that both the token and its owner have.
        var isSeparated: Bool
    }

    struct Entry: Sendable {
        var path: String
        /// `user@realm` or `user@realm!token`.
        var subject: String
        var role: String
        var propagates = true
    }

    var release = APIServer.Release.v9_2
    var passwords: [String: String] = [:]
    /// The tokens by full id, `user@realm!name`.
    var tokens: [String: Token] = [:]
    var roles: [String: Set<String>] = [:]
    /// The users, as `user@realm`, with or without a password.
    var users: Set<String> = []
    var entries: [Entry] = []
    /// The pool of each guest.
    var pools: [Int: String] = [:]
    /// The pools that exist. Access control accepts entries about other pools, too.
    var poolNames: Set<String> = []

    /// Adds a token of the same user with the same roles on the same paths.
    mutating func addToken(_ name: String, like id: String, secret: String) {
        guard let known = tokens[id], let user = id.split(separator: "!").first else { return }
        let other = "\(user)!\(name)"
        tokens[other] = Token(secret: secret, isSeparated: known.isSeparated)
        entries.removeAll { $0.subject == other }
        entries += entries.filter { $0.subject == id }.map { entry in
            var entry = entry
            entry.subject = other
            return entry
        }
    }

    func knows(pool: String) -> Bool {
        pools.values.contains(pool) || poolNames.contains(pool)
    }

    /// Returns the caller's privileges on a path.
    func privileges(of caller: Caller, on path: String) -> Set<String> {
        let own = userPrivileges(caller.user, on: path)
        guard caller.token != nil, tokens[caller.name]?.isSeparated == true else { return own }
        return own.intersection(subjectPrivileges(caller.name, on: path))
    }

    private func userPrivileges(_ user: String, on path: String) -> Set<String> {
        user == Caller.root.user ? Privileges.all(of: release) : subjectPrivileges(user, on: path)
    }

    /// Returns a subject's privileges on a path. Entries of a level replace inherited ones. The privileges of a pool
    /// are added.
    private func subjectPrivileges(_ subject: String, on path: String) -> Set<String> {
        var granted: Set<String> = []
        for level in Self.levels(path) {
            let found = entries.filter {
                $0.subject == subject && $0.path == level && ($0.propagates || level == path)
            }
            if !found.isEmpty { granted = Set(found.flatMap { roles[$0.role] ?? [] }) }
        }
        if path.hasPrefix("/vms/"), let id = Int(path.dropFirst(5)), let pool = pools[id] {
            granted.formUnion(subjectPrivileges(subject, on: "/pool/\(pool)"))
        }
        return granted
    }

    private static func levels(_ path: String) -> [String] {
        var levels = ["/"]
        var current = ""
        for segment in path.split(separator: "/") {
            current += "/\(segment)"
            levels.append(current)
        }
        return levels
    }

    /// Requires at least one of the privileges.
    ///
    /// - Throws: A 403 that names the path and the privileges.
    func demand(_ privileges: String..., on path: String, of caller: Caller) throws {
        guard self.privileges(of: caller, on: path).isDisjoint(with: privileges) else { return }
        throw Failure.forbidden(path, privileges)
    }

    /// Handles `GET /access/permissions`: on one path, or on the default paths and those with entries.
    func permissions(of caller: Caller, on path: String? = nil) -> JSON {
        var answer: [String: JSON] = [:]
        for path in path.map({ [$0] }) ?? Array(paths) {
            let granted = privileges(of: caller, on: path)
            if !granted.isEmpty {
                answer[path] = .object(Dictionary(uniqueKeysWithValues: granted.map { ($0, JSON.int(1)) }))
            }
        }
        return .object(answer)
    }

    /// Returns the capabilities that come with a ticket.
    func capabilities(of caller: Caller) -> JSON {
        Privileges.capabilities(Set(paths.flatMap { privileges(of: caller, on: $0) }))
    }

    private var paths: Set<String> {
        let members = pools.filter { _, pool in entries.contains { $0.path == "/pool/\(pool)" } }.keys
        return Self.levels.union(entries.map(\.path)).union(members.map { "/vms/\($0)" })
    }

    private static let levels: Set<String> = [
        "/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms",
    ]
}
