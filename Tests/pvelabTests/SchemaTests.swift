import Foundation
import Testing

@testable import pvelab

@Suite struct `The lab's parameters against those that Proxmox VE publishes` {
    private static let file = "pve-api-subset.json"
    private static let guest = "/nodes/{node}/lxc/{vmid}"

    /// Every call of the lab.
    private static let calls: [(method: String, path: String, schema: Schema)] = [
        ("GET", "/version", .none), ("GET", "/nodes/{node}/version", .none), ("GET", "/nodes", .none),
        ("GET", "/nodes/{node}/certificates/info", .none), ("GET", "/nodes/{node}/lxc", .none),
        ("POST", "/nodes/{node}/lxc", .create), ("GET", "/nodes/{node}/storage/{storage}/content", .content),
        ("POST", "/access/ticket", .ticket), ("GET", "/access/permissions", .permissions),
        ("GET", "/cluster/firewall/options", .none), ("GET", "/cluster/nextid", .nextid),
        ("GET", "/cluster/resources", .resources), ("GET", "/nodes/{node}/storage", .storageList),
        ("GET", "/nodes/{node}/network", .networkList),
        ("GET", "/nodes/{node}/tasks", .taskList), ("DELETE", "/nodes/{node}/tasks/{upid}", .none),
        ("GET", "/nodes/{node}/tasks/{upid}/status", .none), ("GET", "/nodes/{node}/tasks/{upid}/log", .taskLog),
        ("DELETE", guest, .destroy), ("GET", guest + "/config", .configRead), ("PUT", guest + "/config", .config),
        ("GET", guest + "/pending", .none), ("POST", guest + "/clone", .clone), ("GET", guest + "/feature", .feature),
        ("POST", guest + "/template", .none),
        ("GET", guest + "/interfaces", .none), ("GET", guest + "/status/current", .none),
        ("POST", guest + "/status/start", .start), ("POST", guest + "/status/stop", .stop),
        ("POST", guest + "/status/shutdown", .shutdown), ("POST", guest + "/status/reboot", .reboot),
        ("GET", guest + "/firewall/options", .none), ("PUT", guest + "/firewall/options", .firewallOptions),
        ("GET", guest + "/firewall/rules", .none), ("POST", guest + "/firewall/rules", .newFirewallRule),
        ("GET", guest + "/firewall/rules/{pos}", .none), ("PUT", guest + "/firewall/rules/{pos}", .firewallRule),
        ("DELETE", guest + "/firewall/rules/{pos}", .firewallRuleRemoval),
    ]

    @Test(arguments: calls.indices)
    func `names, types, limits and formats are the same`(_ index: Int) throws {
        let (method, path, schema) = Self.calls[index]
        let published = try Self.published(method, path)
        let own = schema.parameters.reduce(into: [:]) { $0[$1.name] = Self.facts(of: $1) }
        #expect(Set(own.keys) == Set(published.keys), "\(method) \(path)")
        for (name, facts) in published { #expect(own[name] == facts, "\(name) of \(method) \(path)") }
    }

    /// Facts by parameter, without those of the path.
    private static func published(_ method: String, _ path: String) throws -> [String: [String: String]] {
        let data = try Data(contentsOf: Reference.file(file))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
        let endpoint = try #require(root["endpoints"]?[path] as? [String: [String: Any]], "\(path)")
        let parameters = try #require(endpoint[method]?["parameters"] as? [String: Any], "\(method) \(path)")
        let properties = parameters["properties"] as? [String: [String: Any]] ?? [:]
        return properties.filter { !path.contains("{\($0.key)}") }.mapValues(facts)
    }

    private static func facts(_ published: [String: Any]) -> [String: String] {
        var facts: [String: String] = [:]
        for key in ["type", "format", "minimum", "maximum", "minLength", "maxLength", "requires"] {
            facts[key] = published[key].map { "\($0)" }
        }
        facts["enum"] = (published["enum"] as? [String])?.joined(separator: " ")
        facts["pattern"] = (published["pattern"] as? String).map(portable)
        facts["required"] = published["optional"] as? Int == 1 ? nil : "yes"
        if let properties = published["format"] as? [String: [String: Any]] {
            facts["default key"] = properties.first { $0.value["default_key"] != nil }?.key
            facts["format"] = text(properties.mapValues { Self.facts($0) })
        }
        return facts
    }

    private static func facts(of parameter: Parameter) -> [String: String] {
        var facts = ["type": parameter.typeName]
        switch parameter.kind {
        case .boolean: break
        case .integer(let minimum, let maximum), .number(let minimum, let maximum):
            facts["minimum"] = minimum.map { "\($0)" }
            facts["maximum"] = maximum.map { "\($0)" }
        case .text(let shortest, let longest):
            facts["minLength"] = shortest.map { "\($0)" }
            facts["maxLength"] = longest.map { "\($0)" }
        case .choice(let values): facts["enum"] = values.joined(separator: " ")
        }
        facts["format"] = parameter.format?.rawValue
        facts["pattern"] = parameter.pattern.map(portable)
        facts["requires"] = parameter.companion
        facts["required"] = parameter.isRequired ? "yes" : nil
        if let properties = parameter.properties {
            facts["default key"] = properties.defaultKey
            let members = properties.schema.parameters.map { ($0.name, Self.facts(of: $0)) }
            facts["format"] = text(Dictionary(uniqueKeysWithValues: members))
        }
        return facts
    }

    private static func text(_ members: [String: [String: String]]) -> String {
        members.sorted { $0.key < $1.key }.map { name, facts in
            "\(name)(\(facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")))"
        }
        .joined(separator: ", ")
    }

    /// Perl's notation for a nested expression, and for a zero byte.
    private static func portable(_ pattern: String) -> String {
        pattern.replacing("(?^:", with: "(?:").replacing("\\0\\w", with: "\\x00\\w")
    }
}
