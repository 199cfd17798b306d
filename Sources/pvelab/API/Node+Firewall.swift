/// `…/lxc/{vmid}/firewall` (PVE::API2::Firewall). These calls do not check whether the guest exists.
extension Node {
    func firewallOptions(_ id: Int) -> Answer {
        Self.answer(firewalls[id] ?? FirewallFile())
    }

    func setFirewallOptions(_ id: Int, _ call: Call) throws -> Answer {
        try firewalls[id, default: FirewallFile()].change(call)
        return Answer(.null)
    }

    static func answer(_ file: FirewallFile) -> Answer {
        var members = file.options.mapValues { value in Int(value).map { JSON.int($0) } ?? .text(value) }
        members["digest"] = .text(file.optionsDigest)
        return Answer(.object(members))
    }

    func firewallRules(_ id: Int) -> Answer {
        let file = firewalls[id] ?? FirewallFile()
        let digest = file.rulesDigest
        let list = file.rules.enumerated().map { position, rule in
            JSON.object(rule.json(digest: digest).merging(["pos": .int(position)]) { $1 })
        }
        return Answer(.list(list))
    }

    /// Returns a rule. Its position is taken from the path and is therefore a string.
    func firewallRule(_ id: Int, at position: Int, _ call: Call) throws -> Answer {
        let file = try file(id, with: position, call)
        let members = file.rules[position].json(digest: file.rulesDigest)
        return Answer(.object(members.merging(["pos": .text(String(position))]) { $1 }))
    }

    /// Adds a rule at the top, disabled by default.
    func addFirewallRule(_ id: Int, _ call: Call) throws -> Answer {
        let rule = try FirewallRule(call.parameters)
        firewalls[id, default: FirewallFile()].rules.insert(rule, at: 0)
        return Answer(.null)
    }

    func changeFirewallRule(_ id: Int, at position: Int, _ call: Call) throws -> Answer {
        var file = try file(id, with: position, call)
        if let target = call.parameters["moveto"].flatMap({ Int($0) }) {
            let rule = file.rules.remove(at: position)
            file.rules.insert(rule, at: min(target > position ? target - 1 : target, file.rules.count))
        } else {
            file.rules[position] = try file.rules[position].changed(
                by: call.parameters,
                without: Self.list(call.parameters["delete"])
            )
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
        if let digest = call.parameters["digest"], digest != file.rulesDigest { throw FirewallFile.modified }
        guard file.rules.indices.contains(position) else {
            throw Failure.internalError("no rule at position \(position)")
        }
        return file
    }
}
