import Foundation
import ProxmoxAPI
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite struct `The rules of a guest's firewall in Proxmox` {
    private let both = ContainerRules(wanted: [.ssh(22), .smtp])
    private let smtp = ContainerRules(wanted: [.smtp])
    private static let own =
        #"{"type":"in","action":"ACCEPT","enable":1,"macro":"SMTP","comment":"mxprovision smtp"}"#
    private static let drop = #"{"type":"in","action":"DROP","enable":1}"#
    private static let block = #"{"type":"in","action":"DROP","enable":1,"source":"203.0.113.0/24"}"#

    /// The rules in the form in which Proxmox lists them.
    private func rules(_ texts: String...) throws -> [FirewallRule] { try rules(texts) }
    private func rules(_ texts: [String]) throws -> [FirewallRule] {
        let list = texts.enumerated().map { #"{"pos":\#($0),"digest":"d",\#($1.dropFirst())"# }
        return try JSONDecoder().decode([FirewallRule].self, from: Data("[\(list.joined(separator: ","))]".utf8))
    }

    @Test func `use macros, are enabled, and are marked as ours`() {
        let steps = both.differences(in: []).map(\.step)
        let common = ["type": "in", "action": "ACCEPT", "enable": "1"]
        #expect(
            steps == [
                .add(common.merging(["macro": "SSH", "comment": "mxprovision ssh"]) { $1 }),
                .add(common.merging(["macro": "SMTP", "comment": "mxprovision smtp"]) { $1 }),
            ])
    }

    @Test func `name a port for which Proxmox has no macro`() {
        let steps = ContainerRules(wanted: [.ssh(2222)]).differences(in: []).map(\.step)
        guard case .add(let rule)? = steps.first else {
            Issue.record("\(steps)")
            return
        }
        #expect(rule["proto"] == "tcp" && rule["dport"] == "2222" && rule["macro"] == nil)
    }

    @Test(arguments: [
        [own], [own.replacing("SMTP", with: "smtp")], [block, own], [own, drop], [block, own, drop],
        [#"{"type":"in","action":"DROP","enable":0}"#, own], [#"{"type":"out","action":"DROP","enable":1}"#, own],
        [#"{"type":"in","action":"DROP","enable":1,"proto":"udp"}"#, own],
        [#"{"type":"in","action":"REJECT","enable":1,"proto":"tcp","dport":"80,110:143"}"#, own],
        [#"{"type":"in","action":"DROP","enable":1,"macro":"SSH"}"#, own],
        [#"{"type":"in","action":"DROP","enable":1,"iface":"net1"}"#, own],
    ])
    func `are unchanged if our rule opens port 25`(list: [String]) throws {
        #expect(smtp.differences(in: try rules(list)) == [])
    }

    @Test(arguments: [
        (#""enable":1"#, #""enable":0"#, ["enable": "1"], []),
        (#""action":"ACCEPT""#, #""action":"DROP""#, ["action": "ACCEPT"], []),
        (#""macro":"SMTP""#, #""macro":"SSH""#, ["macro": "SMTP"], []),
        (#""macro":"SMTP""#, #""proto":"tcp","dport":"25""#, ["macro": "SMTP"], ["dport", "proto"]),
        (#""macro""#, #""source":"10.0.0.0/8","macro""#, [:], ["source"]),
    ])
    func `are repaired if our rule was changed`(
        found: String, replacement: String, set: [String: String], delete: [String]
    ) throws {
        let changed = Self.own.replacing(found, with: replacement)
        let differences = smtp.differences(in: try rules(Self.drop.replacing("1", with: "0"), changed))
        #expect(differences.map(\.step) == [.update(1, set: set, delete: delete)])
    }

    @Test(arguments: [
        drop, #"{"type":"in","action":"REJECT","enable":1,"macro":"Mail"}"#,
        #"{"type":"in","action":"DROP","enable":1,"proto":"tcp","dport":"20:30"}"#,
        #"{"type":"in","action":"DROP","enable":1,"iface":"net0","proto":"tcp"}"#,
    ])
    func `are above a rule that refuses all senders`(refusing: String) throws {
        let differences = smtp.differences(in: try rules(Self.block, refusing, Self.own))
        #expect(differences.map(\.step) == [.move(2, before: 1)])
        #expect(differences.first?.change.before?.hasPrefix("below `") == true)
    }

    @Test func `are below a rule that refuses some senders`() throws {
        let differences = smtp.differences(in: try rules(Self.own, Self.block, Self.drop))
        #expect(differences.map(\.step) == [.move(0, before: 2)])
        #expect(
            differences.map(\.change) == [
                Change("smtp", from: "above `DROP from 203.0.113.0/24`", to: "below it")
            ])
    }

    @Test func `exist once, and unexpected ones are deleted`() throws {
        let old = Self.own.replacing("smtp\"", with: "http\"")
        let list = try rules(Self.own, Self.drop, Self.own, old)
        #expect(smtp.differences(in: list).map(\.step) == [.delete(2), .delete(3)])
        let standing = ContainerRules(wanted: [], tolerated: ["smtp", "http"])
        #expect(standing.differences(in: try rules(Self.own, old)) == [])
    }
}
