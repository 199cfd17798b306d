import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// A guest that has accepted mail and whose objects are damaged.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(180)))
struct `A damaged guest` {
    private static let (id, address) = (147, "10.2.0.47")
    private static let seed: UInt64 = 20_261_129
    private let lab: Lab

    init() throws {
        lab = try Lab(inventory: "damages")
        try lab.replace("vmid: 110", by: "vmid: \(Self.id)")
        try lab.replace(#"10\.2\.0\.25"#, by: Self.address)
        // No server listens on the port, so mail stays in the queue.
        try lab.replace(#"address: 10\.1\.0\.12\}"#, by: "address: 10.1.0.12, port: 2525}")
    }

    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// Returns the damage to all objects that the playbook's steps own.
    private func damages() throws -> [DamageMatrix.Damage] {
        let inventory = try Inventory.load(from: lab.folder + "/lab.yml")
        let site = try #require(inventory.sites.first { $0.name == "bare" })
        let playbook = try Playbook.load(from: "Playbooks/backup-mx.yml", variables: inventory.variables(for: site))
        let objects = DamageMatrix.objects(of: playbook.steps)
        let known = Set(objects.map(\.description))
        #expect(
            known.isSuperset(of: ["/etc/postfix/main.cf", "/etc/ufw/user.rules", "package postfix", "unit postfix@-"]))
        var dice = Dice(state: Self.seed)
        let all = DamageMatrix.damages(to: objects).shuffled(using: &dice)
        guard let only = ProcessInfo.processInfo.environment["MXPROVISION_DAMAGE"] else {
            return Torture.isWhole ? all : Array(all.prefix(6))
        }
        return all.filter { $0.description.contains(only) }
    }

    @Test func `is repaired by one run, whatever is damaged, and keeps its mail`() throws {
        let up = try lab.mxprovision("up", "bare")
        try #require(up.status == 0, "\(up.output)")
        let damages = try damages()
        try #require(!damages.isEmpty)
        var repaired = 0
        for damage in damages {
            do {
                try repair(damage)
                repaired += 1
                Torture.tell("  ✓ \(damage)")
            } catch let error as Failure {
                Torture.tell("  ✗ \(damage): \(error.text)")
                Issue.record("\(damage): \(error.text)")
                try startAfresh()
            }
        }
        Torture.tell("damage matrix: \(repaired)/\(damages.count) repaired\(Torture.suffix)")
        let teardown = try lab.mxprovision(
            "teardown", "bare", "--yes", "--drain", "0", "--export", lab.folder + "/queue.tar.gz")
        #expect(teardown.status == 0, "\(teardown.output)")
    }

    private struct Failure: Error { var text: String }

    private func succeed(_ command: String) throws {
        let outcome = try lab.mxprovision(command, "bare")
        guard outcome.status == 0 else {
            throw Failure(text: "`\(command)` ends with \(outcome.status): \(outcome.output)")
        }
    }

    /// Replaces a guest that cannot be repaired.
    private func startAfresh() throws {
        for command in [
            "set /nodes/pve2/lxc/\(Self.id)/config --protection 0", "delete /nodes/pve2/lxc/\(Self.id) --force 1",
        ] {
            _ = try lab.node("pvesh \(command)")
        }
        let isGone = try lab.eventually { try lab.node("pct status \(Self.id)").status != 0 }
        guard isGone else { throw Failure(text: "guest \(Self.id) cannot be removed") }
        try succeed("up")
    }

    private func inGuest(_ command: String) throws -> String {
        let outcome = try lab.guest("bare", Self.id, at: Self.address, command)
        guard outcome.status == 0 else { throw Failure(text: "`\(command)`: \(outcome.output)") }
        return outcome.output
    }

    private func repair(_ damage: DamageMatrix.Damage) throws {
        let id = "damage-\(UUID().uuidString.lowercased())"
        _ = try inGuest(
            "printf 'Message-ID: <\(id)@sender.example>\\n\\nx\\n' | sendmail -f alice@sender.example you@yourdomain.net"
        )
        let find = "grep -rqa '\(id)' /var/spool/postfix/incoming /var/spool/postfix/active /var/spool/postfix/deferred"
        guard try lab.eventually({ try lab.guest("bare", Self.id, at: Self.address, find).status == 0 }) else {
            throw Failure(text: "no message gets into the queue")
        }
        _ = try inGuest(damage.script)
        try succeed("up")
        // `plan` exits with 2 if anything is left to change.
        try succeed("plan")
        for (recipient, expected) in [("you", "<-  250 2.1.5"), ("no-such-\(Self.id)", "<** 550 5.1.1")] {
            let answer = try lab.answer(at: Self.address, to: "\(recipient)@yourdomain.net")
            guard answer.contains(expected) else { throw Failure(text: "not \(expected): \(answer)") }
        }
        // Debian's package deletes the queue when it is purged. That is the damage, not the repair.
        guard damage.description != "purged: package postfix" else { return }
        guard try lab.eventually({ try lab.guest("bare", Self.id, at: Self.address, find).status == 0 }) else {
            throw Failure(text: "the queued message is lost")
        }
        _ = try inGuest("postsuper -d ALL deferred active incoming 2>/dev/null; rm -rf /etc/*.mxprovision-old.*; true")
    }
}
