/// `…/lxc/{vmid}/firewall` (PVE::API2::Firewall). Whether the guest exists is not asked.
extension Node {
    func firewallOptions(_ id: Int) -> Answer {
        let file = firewalls[id] ?? FirewallFile()
        var members = file.options.mapValues { value in Int(value).map { JSON.int($0) } ?? .text(value) }
        members["digest"] = .text(file.optionsDigest)
        return Answer(.object(members))
    }

    func setFirewallOptions(_ id: Int, _ call: Call) throws -> Answer {
        var file = firewalls[id] ?? FirewallFile()
        var given = call.parameters
        if let digest = given.removeValue(forKey: "digest"), digest != file.optionsDigest { throw Self.modified }
        for key in Self.list(given.removeValue(forKey: "delete")) { file.options[key] = nil }
        file.options.merge(given) { $1 }
        firewalls[id] = file
        return Answer(.null)
    }

    func firewallRules(_ id: Int) -> Answer {
        let file = firewalls[id] ?? FirewallFile()
        return Answer(.list(file.rules.indices.map { rule(at: $0, of: file) }))
    }

    private func rule(at position: Int, of file: FirewallFile) -> JSON {
        var members = file.rules[position].mapValues { JSON.text($0) }
        members["enable"] = file.rules[position]["enable"].flatMap { Int($0) }.map { .int($0) }
        members["pos"] = .int(position)
        members["digest"] = .text(file.rulesDigest)
        return .object(members)
    }

    /// Always at the top, and off unless told otherwise.
    func addFirewallRule(_ id: Int, _ call: Call) throws -> Answer {
        var rule = call.parameters
        rule["pos"] = nil
        rule["digest"] = nil
        rule["enable"] = rule["enable"] ?? "0"
        if let macro = rule["macro"] { rule["macro"] = try Self.macro(macro) }
        firewalls[id, default: FirewallFile()].rules.insert(rule, at: 0)
        return Answer(.null)
    }

    func changeFirewallRule(_ id: Int, at position: Int, _ call: Call) throws -> Answer {
        var file = try file(id, with: position, call)
        if let target = call.parameters["moveto"].flatMap({ Int($0) }) {
            let rule = file.rules.remove(at: position)
            file.rules.insert(rule, at: min(target > position ? target - 1 : target, file.rules.count))
        } else {
            var given = call.parameters
            given["digest"] = nil
            for key in Self.list(given.removeValue(forKey: "delete")) { file.rules[position][key] = nil }
            for (key, value) in given { file.rules[position][key] = value.isEmpty || value == "-" ? nil : value }
        }
        firewalls[id] = file
        return Answer(.null)
    }

    func deleteFirewallRule(_ id: Int, at position: Int, _ call: Call) throws -> Answer {
        var file = try file(id, with: position, call)
        file.rules.remove(at: position)
        firewalls[id] = file
        return Answer(.null)
    }

    private func file(_ id: Int, with position: Int, _ call: Call) throws -> FirewallFile {
        let file = firewalls[id] ?? FirewallFile()
        if let digest = call.parameters["digest"], digest != file.rulesDigest { throw Self.modified }
        guard file.rules.indices.contains(position) else {
            throw Failure.internalError("no rule at position \(position)")
        }
        return file
    }

    private static let modified = Failure.internalError(
        "detected modified configuration - file changed by other user? Try again."
    )

    private static func macro(_ name: String) throws -> String {
        let known = ["SSH", "SMTP", "SMTPS", "Submission", "Mail", "HTTP", "HTTPS", "DNS", "NTP", "Ping"]
        guard let macro = known.first(where: { $0.lowercased() == name.lowercased() }) else {
            throw Failure.parameters(["macro": "unknown macro '\(name)'"])
        }
        return macro
    }
}
