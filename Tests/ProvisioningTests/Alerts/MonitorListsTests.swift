import Foundation
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

/// Lists that occur in the program, in the guest's monitor and in the schemas.
@Suite struct `The lists of the monitor` {
    private let script: String
    private let inventory: [String: Any]

    private static func file(_ path: String) throws -> String {
        let url = URL(filePath: #filePath).appending(path: "../../../../" + path).standardizedFileURL
        return try String(contentsOf: url, encoding: .utf8)
    }

    init() throws {
        script = try Self.file("Playbooks/files/monitor")
        let schema = try Self.file("Inventory/inventory.schema.json")
        inventory = try #require(try JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any])
    }

    /// Returns the words of a line `name='…'`.
    private func list(_ name: String) throws -> [String] {
        let line = try #require(script.split(separator: "\n").first { $0.hasPrefix("\(name)='") })
        return line.dropFirst(name.count + 2).dropLast().split(separator: " ").map(String.init)
    }

    private func properties(_ path: String...) -> Set<String> {
        var node = inventory
        for name in path { node = node[name] as? [String: Any] ?? [:] }
        return Set((node["properties"] as? [String: Any] ?? [:]).keys)
    }

    @Test func `contain each kind of channel`() throws {
        let kinds = Set(AlertChannel.Kind.allCases.map(\.rawValue))
        #expect(try Set(list("kinds")) == kinds)
        #expect(properties("$defs", "channel") == kinds)
        // The branches that send alerts. Other code pings the dead-man's switch.
        let deliver = try #require(script.firstRange(of: "\ndeliver() {\n")?.upperBound)
        let end = try #require(script[deliver...].firstRange(of: "\n}\n")?.lowerBound)
        let branches = script[deliver..<end].matches(of: /\n    ([a-z]+)\)\n/).map { String($0.1) }
        #expect(Set(branches) == kinds.subtracting(["healthchecks"]))
        #expect(script[deliver..<end].contains("\n    *)\n"))
    }

    @Test func `contain each condition, and the monitor observes it`() throws {
        let conditions = Set(AlertCondition.allCases.map(\.rawValue))
        #expect(try Set(list("conditions")) == conditions)
        let observed = script.matches(of: /(?:observe|hidden|unknown) ([a-z]+)/).map { String($0.1) }
        #expect(conditions.subtracting(observed) == [])
    }

    @Test func `contain each setting`() throws {
        var parameters = try Parameters(yaml: "{}")
        _ = MonitorSettings(&parameters)
        let settings = parameters.vocabulary
        #expect(properties("properties", "monitor") == settings)
        let playbook = try Self.file("Playbooks/backup-mx.yml")
        #expect(Set(playbook.matches(of: /{{ monitor\.([a-z]+) }}/).map { String($0.1) }) == settings)
        let defaults = MonitorSettings()
        let line = try #require(script.firstMatch(of: /for setting in (messages=.*); do/)?.1)
        let expected = Mirror(reflecting: defaults).children.map { "\($0.label ?? "")=\($0.value)" }
        #expect(Set(line.split(separator: " ").map(String.init)) == Set(expected))
    }
}
