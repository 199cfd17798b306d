/// One rule of a guest (PVE::Firewall, verify_rule).
struct FirewallRule: Sendable, Hashable {
    /// The values as given, except for the spelling of the macro, without position and digest.
    var values: [String: String]

    /// Creates a rule from the parameters of a call.
    ///
    /// - Throws: A 400 with all errors.
    init(_ given: [String: String]) throws {
        values = given.filter { !["pos", "digest", "moveto", "delete"].contains($0.key) && !$0.value.isEmpty }
        values["enable"] = values["enable"] ?? "0"
        var errors: [String: String] = [:]
        if let action = values["action"], values["type"] != "group", !["ACCEPT", "DROP", "REJECT"].contains(action) {
            errors["action"] = "unknown action '\(action)'"
        }
        if let macro = values["macro"] {
            values["macro"] = FirewallMacro.all.keys.first { $0.lowercased() == macro.lowercased() }
            if values["macro"] == nil { errors["macro"] = "unknown macro '\(macro)'" }
        }
        for port in ["dport", "sport"] where values[port] != nil && values["proto"] == nil && values["macro"] == nil {
            errors["proto"] = "missing property - '\(port)' requires this property"
        }
        for side in ["source", "dest"] {
            guard let text = values[side], Address.family(ofFirewall: text) == nil else { continue }
            errors[side] = text.hasPrefix("+") ? "no such ipset '\(text.dropFirst())'" : "no such alias '\(text)'"
        }
        guard errors.isEmpty else { throw Failure.parameters(errors) }
    }

    /// Returns the rule with some values replaced. An empty value or `-` removes the value.
    func changed(by given: [String: String], without deleted: [String]) throws -> FirewallRule {
        var values = values.merging(given) { $1 }
        for (key, value) in given where value == "-" { values[key] = nil }
        for key in deleted { values[key] = nil }
        return try FirewallRule(values)
    }

    func json(digest: String) -> [String: JSON] {
        var members = values.mapValues { JSON.text($0) }
        members["enable"] = values["enable"].flatMap { Int($0) }.map { .int($0) }
        members["ipversion"] = (values["source"] ?? values["dest"]).flatMap(Address.family).map { .int($0) }
        members["digest"] = .text(digest)
        return members
    }
}
