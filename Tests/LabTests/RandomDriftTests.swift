import Foundation
import Testing

@testable import Engine
@testable import Resources

/// A guest with random manual changes.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(60)))
struct `Random drift of a guest` {
    private static let seeds = UInt64(Torture.isWhole ? 200 : 6)
    private let lab: Lab
    private let id = 173
    private let address = "10.2.0.63"

    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// Changes that people and packages make to a mail server.
    private static let mishaps = [
        "postconf -e relay_domains=evil.example", "postconf -e 'mynetworks=0.0.0.0/0'", "postconf -X smtpd_banner",
        "postconf -e inet_interfaces=loopback-only maximal_queue_lifetime=5d", "postconf -P relay/unix/soft_bounce=no",
        "rm -f /etc/postfix/transport.db", "rm -f /etc/postfix/transport", "echo 'x y' >> /etc/postfix/transport",
        "rm -f /etc/postfix/relay_recipients.db", "sed -i 1d /etc/postfix/relay_recipients",
        "echo 'victim@yourdomain.net OK' >> /etc/postfix/relay_recipients", ": > /etc/postfix/virtual",
        "systemctl stop postfix@-", "systemctl disable --quiet postfix", "systemctl stop cron",
        "hostname elsewhere",
        "echo elsewhere > /etc/hostname", "ufw --force disable", "ufw delete allow 25/tcp", "ufw allow 80/tcp",
        "chmod 644 /etc/postfix/tls/chain.pem", "rm -f /etc/postfix/tls/chain.pem",
        "rm -f /usr/local/lib/mxprovision/monitor", "chmod 600 /usr/local/sbin/primary-state",
        "echo '# x' >> /etc/mxprovision/monitor.conf", "echo 'nameserver 192.0.2.1' >> /etc/resolv.conf",
        "touch /etc/postfix/main.cf", "postfix reload",
    ]

    init() throws {
        lab = try Lab(inventory: "drift")
        try lab.replace("vmid: 110", by: "vmid: \(id)")
        try lab.replace(#"10\.2\.0\.25"#, by: address)
    }

    private struct Step: Decodable, Equatable {
        struct Change: Decodable, Equatable {
            var subject: String
            var before: String?
            var after: String?
        }
        var step: String
        var changes: [Change]
    }

    /// Returns the steps in the output of `plan --json`.
    private func planned(_ output: String) throws -> [Step] {
        struct Plan: Decodable {
            var guest: [Step.Change]
            var steps: [Step]
            var externalResources: [Step]
        }
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("{") }, "\(output)")
        let plan = try JSONDecoder().decode(Plan.self, from: Data(line.utf8))
        let guest = plan.guest.isEmpty ? [] : [Step(step: "guest", changes: plan.guest)]
        return guest + plan.steps + plan.externalResources
    }

    /// Returns the changed steps in the output of `up --json`.
    private func changed(_ output: String) throws -> [Step] {
        struct Event: Decodable { var event: String }
        return try output.split(separator: "\n").filter { $0.hasPrefix("{") }.map { Data($0.utf8) }.filter {
            try JSONDecoder().decode(Event.self, from: $0).event == "changed"
        }.map { try JSONDecoder().decode(Step.self, from: $0) }
    }

    @Test func `is repaired by exactly the changes that plan shows, and then plan shows none`() throws {
        let up = try lab.mxprovision("up", "bare")
        try #require(up.status == 0, "\(up.output)")
        var drifted: UInt64 = 0
        for seed in 1...Self.seeds {
            var dice = Dice(state: seed)
            let typed = Self.mishaps.shuffled(using: &dice).prefix(Int.random(in: 1...5, using: &dice))
            let byHand = try lab.guest("bare", id, at: address, typed.joined(separator: "; ") + "; true")
            try #require(byHand.status == 0, "\(byHand.output)")
            let told: Comment = "seed \(seed): \(typed.joined(separator: "; "))"

            let plan = try lab.mxprovision("plan", "bare", "--json")
            let planned = try planned(plan.output)
            #expect(plan.status == (planned.isEmpty ? 0 : 2), told)
            if !planned.isEmpty { drifted += 1 }
            let mended = try lab.mxprovision("up", "bare", "--json")
            #expect(mended.status == 0, "\(told): \(mended.output)")
            #expect(try changed(mended.output) == planned, told)
            let after = try lab.mxprovision("plan", "bare", "--json")
            #expect(after.status == 0, "\(told): \(after.output)")
        }
        // Only some of the changes cause no drift, such as a reload.
        #expect(drifted > Self.seeds / 2)
        let teardown = try lab.mxprovision("teardown", "bare", "--yes", "--drain", "0")
        #expect(teardown.status == 0, "\(teardown.output)")
    }
}
