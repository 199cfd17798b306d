import Foundation

/// `pveum` on the node's shell, as far as the documentation and advice use it (PVE::CLI::pveum): roles, pools, users,
/// tokens, access control entries.
extension Node {
    func pveum(_ words: [String]) -> ControlAnswer {
        let (names, options) = CommandLineWords.split(words)
        do {
            switch names.prefix(2) {
            case ["role", "add"] where names.count == 3:
                return try addRole(names[2], options["privs"] ?? "")
            case ["role", "list"]:
                return table(
                    ["roleid", "privs"],
                    access.roles.sorted { $0.key < $1.key }.map { [$0.key, $0.value.sorted().joined(separator: ",")] })
            case ["pool", "add"] where names.count == 3: return try addPool(names[2])
            case ["pool", "list"]: return table(["poolid"], access.poolNames.sorted().map { [$0] })
            case ["pool", "modify"] where names.count == 3: return try modifyPool(names[2], vms: options["vms"] ?? "")
            case ["user", "add"] where names.count == 3: return try addUser(names[2])
            case ["user", "list"]: return table(["userid"], access.users.sorted().map { [$0] })
            case ["user", "token"] where names.count >= 4: return try token(Array(names.dropFirst(2)), options)
            case ["acl", "modify"] where names.count == 3: return try addRule(names[2], options)
            case ["acl", "list"]:
                return table(["path", "roleid", "ugid"], access.entries.map { [$0.path, $0.role, $0.subject] })
            default:
                return ControlAnswer(
                    status: 255, error: "ERROR: unknown command 'pveum \(words.joined(separator: " "))'\n")
            }
        } catch let failure as Failure {
            let errors = failure.errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
            return ControlAnswer(status: 255, error: "\(failure.message)\n\(errors)")
        } catch {
            return ControlAnswer(status: 255, error: "\(error)\n")
        }
    }

    private func addRole(_ name: String, _ privileges: String) throws -> ControlAnswer {
        guard access.roles[name] == nil else {
            throw Failure.internalError("create role failed: role '\(name)' already exists")
        }
        let wanted = Self.list(privileges)
        for privilege in wanted where !Privileges.all(of: release).contains(privilege) {
            throw Failure.internalError("create role failed: invalid privilege '\(privilege)'")
        }
        access.roles[name] = Set(wanted)
        return ControlAnswer()
    }

    private func addPool(_ name: String) throws -> ControlAnswer {
        if let error = Format.pool.error(name) { throw Failure.parameters(["poolid": "invalid format - \(error)"]) }
        guard !access.knows(pool: name) else {
            throw Failure.internalError("create pool failed: pool '\(name)' already exists")
        }
        let parent = name.split(separator: "/").dropLast().joined(separator: "/")
        guard parent.isEmpty || access.knows(pool: parent) else {
            throw Failure.internalError("create pool failed: parent '\(parent)' of pool '\(name)' does not exist")
        }
        access.poolNames.insert(name)
        return ControlAnswer()
    }

    private func modifyPool(_ name: String, vms: String) throws -> ControlAnswer {
        guard access.knows(pool: name) else {
            throw Failure.internalError("update pools failed: pool '\(name)' does not exist")
        }
        for id in Self.list(vms).compactMap({ Int($0) }) {
            if access.pools[id] == name {
                throw Failure.internalError("update pools failed: VM \(id) is already a pool member")
            }
            access.pools[id] = name
        }
        return ControlAnswer()
    }

    private func addUser(_ name: String) throws -> ControlAnswer {
        guard !access.users.contains(name) else {
            throw Failure.internalError("create user failed: user '\(name)' already exists")
        }
        access.users.insert(name)
        return ControlAnswer()
    }

    private func token(_ names: [String], _ options: [String: String]) throws -> ControlAnswer {
        let user = names[1]
        guard access.users.contains(user) else { throw Failure.internalError("no such user ('\(user)')") }
        switch (names[0], names.count) {
        case ("list", 2):
            let own = access.tokens.filter { $0.key.hasPrefix(user + "!") }.sorted { $0.key < $1.key }
            return table(
                ["tokenid", "privsep"],
                own.map { [String($0.key.dropFirst(user.count + 1)), $0.value.isSeparated ? "1" : "0"] })
        case ("add", 3):
            let id = "\(user)!\(names[2])"
            guard access.tokens[id] == nil else { throw Failure.parameters(["tokenid": "Token already exists."]) }
            let secret = UUID().uuidString.lowercased()
            access.tokens[id] = .init(secret: secret, isSeparated: options["privsep"] != "0")
            return table(["key", "value"], [["full-tokenid", id], ["value", secret]])
        default:
            throw Failure.internalError("ERROR: unknown command 'pveum user token \(names.joined(separator: " "))'")
        }
    }

    /// Adds an access control entry. The user and the role must exist; the object of the path and the token need not.
    private func addRule(_ path: String, _ options: [String: String]) throws -> ControlAnswer {
        let subjects = Self.list(options["users"]) + Self.list(options["tokens"])
        let roles = Self.list(options["roles"])
        guard !subjects.isEmpty, !roles.isEmpty else {
            throw Failure.parameters(["roles": "property is missing and it is not optional"])
        }
        for role in roles where access.roles[role] == nil {
            throw Failure.internalError("ACL update failed: role '\(role)' does not exist")
        }
        for subject in subjects {
            let user = String(subject.prefix { $0 != "!" })
            guard access.users.contains(user) else {
                throw Failure.internalError("ACL update failed: user '\(user)' does not exist")
            }
            for role in roles
            where !access.entries.contains(where: { $0.path == path && $0.subject == subject && $0.role == role }) {
                access.entries.append(.init(path: path, subject: subject, role: role))
            }
        }
        return ControlAnswer()
    }

    /// Returns a table in the format of the commands.
    func table(_ columns: [String], _ rows: [[String]]) -> ControlAnswer {
        let widths = columns.indices.map { index in ([columns] + rows).map { $0[index].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            "| "
                + zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ")
                + " |\n"
        }
        func rule(_ character: Character) -> String {
            "+" + widths.map { String(repeating: character, count: $0 + 2) }.joined(separator: "+") + "+\n"
        }
        let body = rows.map { line($0) + rule("-") }.joined()
        return ControlAnswer(output: rule("-") + line(columns) + rule("=") + body)
    }
}

/// The words of a command line on the node: names, and options with their values.
enum CommandLineWords {
    static func split(_ words: [String]) -> (names: [String], options: [String: String]) {
        var (names, options): ([String], [String: String]) = ([], [:])
        var rest = words[...]
        while let word = rest.popFirst() {
            if word.hasPrefix("-") {
                options[String(word.drop { $0 == "-" })] = rest.popFirst() ?? ""
            } else {
                names.append(word)
            }
        }
        return (names, options)
    }
}
