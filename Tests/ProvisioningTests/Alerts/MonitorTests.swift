import Foundation
import TestSupport
import Testing

@testable import Resources

/// Serialized, because each test runs hundreds of processes.
@Suite(.serialized) struct `A guest's monitor` {
    typealias Change = @Sendable (MonitorFolder) throws -> Void

    /// A condition, its cause, and its end.
    struct Life: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: String
        var text: String
        var begin: Change
        var end: Change

        init(_ name: String, _ text: String, begin: @escaping Change, end: @escaping Change) {
            (testDescription, self.name, self.text, self.begin, self.end) = (text, name, text, begin, end)
        }

        init(_ name: String, primary state: String, _ text: String) {
            self.init(name, text) {
                try $0.put("primary", "state=\(state)\nevidence=it is so\ndialogue=no\n")
            } end: {
                try $0.put("primary", "state=answers\nevidence=220 mail\ndialogue=yes\n")
            }
        }
    }

    static let refusal = "host 10.1.0.12[10.1.0.12] said: 550 5.7.1 No (in reply to RCPT TO command)"
    static let lives: [Life] = [
        Life("queue", "5 messages are queued for the primary (limit 4).") {
            try $0.queue(5)
        } end: {
            try $0.queue(2)
        },
        Life("oldest", "The oldest message has been queued for 31 minutes (limit 30 minutes).") {
            try $0.queue(1, minutesOld: 31)
        } end: {
            try $0.queue(1)
        },
        Life(
            "refusals",
            "Queued messages that the primary (10.1.0.12:25) has refused: 2. Example: 550 5.7.1 No (in reply to RCPT TO command)"
        ) {
            try $0.queue(2, reason: refusal)
        } end: {
            try $0.queue(1)
        },
        Life("primary", primary: "down", "The primary (10.1.0.12:25) is down: it is so."),
        Life("primary", primary: "refuses", "The primary (10.1.0.12:25) refuses mail: it is so."),
        Life("vpn", primary: "vpn-down", "The VPN to the primary (10.1.0.12) is down: it is so."),
        Life("disk", "The queue's disk has 499 MiB free (limit 500), and 3 % of its inodes are in use.") {
            try $0.put("free", "499")
        } end: {
            try $0.put("free", "750")
        },
        Life("disk", "The queue's disk has 9000 MiB free (limit 500), and 95 % of its inodes are in use.") {
            try $0.put("inodes", "95%")
        } end: {
            try $0.put("inodes", "-")
        },
        Life("certificate", "The certificate of port 25 expires at 2027-01-28T08:05:00Z.") {
            try $0.certificate(days: 13)
        } end: {
            try $0.certificate(days: 60)
        },
    ]

    @Test(arguments: lives)
    func `reports a condition once, again after a day, and when it is over`(_ life: Life) async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook")
        try await folder.run()
        #expect(try folder.told() == [])
        try folder.pass(minutes: 5)
        try life.begin(folder)
        for _ in 1...2 { try await folder.run() }
        #expect(try folder.told() == ["raised \(life.name)"])
        #expect(try folder.events().first?["text"] == life.text)
        try folder.pass(minutes: 24 * 60)
        try life.begin(folder)
        for _ in 1...2 { try await folder.run() }
        #expect(try folder.told() == ["raised \(life.name)", "again \(life.name)"])
        try life.end(folder)
        for _ in 1...2 { try await folder.run() }
        #expect(try folder.told() == ["raised \(life.name)", "again \(life.name)", "recovered \(life.name)"])
        #expect(try folder.events().last?["text"]?.hasSuffix(" It lasted 24 hours.") == true)
    }

    /// With the unit names of Debian 12 and of Debian 13.
    @Test(arguments: ["oneshot", "forking"])
    func `waits a few minutes before it reports that Postfix is not running`(_ type: String) async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook")
        try folder.put("type", type)
        try folder.put("postfix", "3")
        try await folder.run()
        try folder.pass(minutes: 2)
        try await folder.run()
        #expect(try folder.told() == [])
        try folder.pass(minutes: 1)
        try await folder.run()
        try folder.put("postfix", "0")
        try await folder.run()
        #expect(try folder.told() == ["raised postfix", "recovered postfix"])
    }

    @Test func `does not report a primary that was down for less time than the patience setting`() async throws {
        let folder = try MonitorFolder(["patience": "5"])
        try folder.channel("webhook")
        try folder.put("primary", "state=down\nevidence=x\ndialogue=no\n")
        try await folder.run()
        try folder.pass(minutes: 4)
        try await folder.run()
        try folder.put("primary", "state=answers\nevidence=220\ndialogue=yes\n")
        try await folder.run()
        #expect(try folder.told() == [])
    }

    @Test func `reports a stale list of recipients if the guest pulls one`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook")
        try folder.put("recipients/settings", "stale=86400\n")
        try folder.put("lists/pulled", "time=\(1_800_000_000 - 90000)\n")
        try folder.put("lists/trouble", "1 denied Permission denied\n")
        try await folder.run()
        let text = try #require(try folder.events().first?["text"])
        #expect(text == "The primary's list of recipients is 25 hours old (limit 24 hours): Permission denied")
        try folder.put("lists/pulled", "time=1800000000\n")
        try await folder.run()
        #expect(try folder.told() == ["raised recipients", "recovered recipients"])
    }

    /// A temporary refusal is greylisting unless it persists. Refusals of other servers do not count.
    @Test(arguments: [
        ("host 10.1.0.12[10.1.0.12] said: 450 4.2.0 Greylisted", 5, []),
        ("host 10.1.0.12[10.1.0.12] said: 450 4.2.0 Greylisted", 31, ["refusals"]),
        ("host 10.1.0.12[10.1.0.12]:2525 said: 550 5.7.1 No", 1, ["refusals"]),
        ("host mx.other.example[10.1.0.120] said: 550 5.7.1 No", 1, []),
        ("host mx.other.example[10.110.12] said: 550 5.7.1 No", 1, []),
        (#"x\", \"delay_reason\": \"host 10.1.0.12[10.1.0.12] said: 550 5.7.1 No"#, 1, []),
    ])
    func `distinguishes refusals by the primary`(_ reason: String, minutes: Int, told: [String]) async throws {
        let folder = try MonitorFolder(["minutes": "30"])
        try folder.channel("webhook")
        try folder.queue(1, minutesOld: minutes, reason: reason)
        try await folder.run()
        #expect(try folder.events().compactMap { $0["condition"] }.filter { $0 == "refusals" } == told)
    }

    @Test func `warns later about a certificate with a short lifetime`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook")
        try folder.certificate(days: 3, of: 6)
        try await folder.run()
        #expect(try folder.told() == [])
        try folder.certificate(days: 1, of: 6)
        try await folder.run()
        #expect(try folder.told() == ["raised certificate"])
    }

    @Test func `flushes the queue once when the primary greets again`() async throws {
        let folder = try MonitorFolder()
        try await folder.run()
        try folder.put("primary", "state=down\nevidence=x\ndialogue=no\n")
        try folder.queue(3)
        for _ in 1...3 { try await folder.run() }
        #expect(folder.read("flushed") == nil)
        // The primary accepts mail again, although it refused a message that is still queued.
        try folder.put("primary", "state=refuses\nevidence=550\ndialogue=yes\n")
        for _ in 1...3 { try await folder.run() }
        #expect(folder.read("flushed") == "flush\n")
    }

    @Test func `checks the primary in each run`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("healthchecks")
        for _ in 1...3 {
            try await folder.run()
            try folder.pass(minutes: 1)
        }
        #expect(folder.read("asked") == "asked\nasked\nasked\n")
        try folder.put("primary", "state=down\nevidence=x\ndialogue=no\n")
        try await folder.run()
        #expect(folder.pings.map(\.isGood) == [true, true, true, false])
    }

    @Test func `shows active conditions without contacting any server`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("ntfy", "webhook")
        try folder.answer("000", on: "ntfy")
        try folder.put("primary", "state=down\nevidence=x\ndialogue=no\n")
        try await folder.run()
        try folder.pass(minutes: 2)
        let asked = folder.read("asked")
        #expect(
            try await folder.run("--show").replacing(/ready=[0-9]+\n/, with: "") == """
                now=1800000120
                looked=1800000000
                cron=active
                condition=channels 1800000000 Alerts cannot be sent through ntfy: curl: (7) Failed to connect.
                condition=primary 1800000000 The primary (10.1.0.12:25) is down: x.
                channel=ntfy 1 1800000000 curl: (7) Failed to connect
                channel=webhook 0  

                """)
        #expect(folder.read("asked") == asked)
    }
}
