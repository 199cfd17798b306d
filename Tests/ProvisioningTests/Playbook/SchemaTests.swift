import Foundation
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// The properties of a JSON Schema.
private struct Schema {
    let root: [String: Any]

    init(_ path: String) throws {
        let file = URL(filePath: #filePath).appending(path: "../../../../" + path).standardizedFileURL
        root = try #require(try JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String: Any])
    }

    /// The names of all properties below a node, such as `guest.network.bridge`. Names chosen by the author are `*`.
    func names(below node: [String: Any]) -> Set<String> {
        let node = resolved(node)
        var names: Set<String> = []
        for (name, child) in properties(of: node) {
            if name != "*" { names.insert(name) }
            names.formUnion(self.names(below: child).map { "\(name).\($0)" })
        }
        return names
    }

    private func properties(of node: [String: Any]) -> [(String, [String: Any])] {
        var properties = (node["properties"] as? [String: [String: Any]] ?? [:]).map { ($0.key, $0.value) }
        if let more = node["additionalProperties"] as? [String: Any] { properties.append(("*", more)) }
        if let items = node["items"] as? [String: Any] { properties += self.properties(of: resolved(items)) }
        return properties
    }

    private func resolved(_ node: [String: Any]) -> [String: Any] {
        guard let name = (node["$ref"] as? String)?.split(separator: "/").last.map(String.init) else { return node }
        return (root["$defs"] as? [String: [String: Any]])?[name] ?? [:]
    }
}

@Suite struct `The schemas for editors` {
    /// All keys of an inventory. The defaults have the same keys as the sites.
    @Test func `name what an inventory can contain, and nothing else`() throws {
        let yaml = """
            sites:
              one:
                proxmox: {token: {}}
                guest: {network: {}}
                ssh: {node: {}}
                dns: {}
                router: {manual: true}
                certificate: {acme: {tsig: {}}}
                alert: &ways
                  - ntfy: {url: {}, token: {}}
                  - gotify: {url: {}, token: {}}
                  - slack: {url: {}}
                  - webhook: {url: {}, token: {}}
                  - healthchecks: {url: {}}
                  - smtp: {login: {}}
                  - command: [/bin/true]
              two:
                proxmox: {login: {}}
                router: {unifi: {key: {}, login: {}}}
                certificate: {files: {}}
            primary: {ssh: {}, vpn: {}}
            recipients: {postfixadmin: {}}
            dns: {primary: {}, update: {key: {}}}
            drill: {}
            alert: *ways
            monitor: {}
            """
        var parameters = try Parameters(yaml: yaml)
        _ = Inventory(&parameters, role: BackupMXRole.self)
        let schema = try Schema("Inventory/inventory.schema.json")
        let names = schema.names(below: schema.root).filter { !$0.hasPrefix("defaults.") }
        #expect(names.symmetricDifference(parameters.vocabulary) == [])
    }

    @Test func `name each kind of step`() throws {
        let schema = try Schema("Playbooks/playbook.schema.json")
        let top = Set(schema.names(below: schema.root).filter { $0.split(separator: ".").count < 3 })
        let kinds = StepKinds.backupMX.names
        let expected = Set(
            [
                "name", "role", "systems", "ports", "ports.published", "ports.early", "steps", "steps.id", "steps.when",
                "steps.each", "steps.then",
            ] + kinds.map { "steps.\($0)" })
        #expect(top.symmetricDifference(expected) == [])
    }

    @Test(arguments: StepKinds.backupMX.names)
    func `name what a step of a kind can contain, and nothing else`(kind: String) throws {
        var parameters = try Parameters(yaml: "{}")
        if let resource = StepKinds.backupMX.resources.first(where: { $0.kind == kind }) {
            _ = resource.init(&parameters)
        } else if let verification = StepKinds.backupMX.verifications.first(where: { $0.kind == kind }) {
            _ = verification.init(&parameters)
        }
        let schema = try Schema("Playbooks/playbook.schema.json")
        let prefix = "steps.\(kind)."
        let names = schema.names(below: schema.root).filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        // Keys of an absent section are not read.
        #expect(
            Set(names.filter { !$0.contains(".") }.map(String.init)).symmetricDifference(parameters.vocabulary) == [])
    }
}
