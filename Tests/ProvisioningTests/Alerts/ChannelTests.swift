import Foundation
import TestSupport
import Testing

/// Serialized, because each test runs hundreds of processes.
@Suite(.serialized) struct `An alert` {
    private func raise(in folder: MonitorFolder, evidence: String = "x") throws {
        try folder.put("primary", "state=down\nevidence=\(evidence)\ndialogue=no\n")
    }

    @Test func `is retried until it is sent, and delays no other channel`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook", "webhook-2", "ntfy")
        for code in ["000", "500"] {
            try folder.answer(code, on: "webhook")
            try folder.pass(minutes: 5)
            try raise(in: folder)
            for _ in 1...3 { try await folder.run() }
            try folder.put("primary", "state=answers\nevidence=220\ndialogue=yes\n")
            try folder.pass(minutes: 10)
            try await folder.run()
        }
        let all = ["raised primary", "recovered primary", "raised channels", "raised primary", "recovered primary"]
        #expect(try folder.told("webhook") == [])
        #expect(try folder.told("webhook-2") == all && folder.got("ntfy").count == 5)
        #expect(
            try folder.events("webhook-2")[2]["text"]
                == "Alerts cannot be sent through webhook: curl: (7) Failed to connect.")
        #expect(try await folder.run("--show").contains("channel=webhook 5 1800000300 it returned HTTP status 500\n"))
        try folder.answer("200", on: "webhook")
        for _ in 1...2 { try await folder.run() }
        #expect(try Set(folder.told("webhook")) == Set(all + ["recovered channels"]))
        #expect(try await folder.run("--show").contains("channel=webhook 0  \n"))
    }

    @Test func `that is repeated is not queued twice for a channel that has not received it yet`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook")
        try folder.answer("000", on: "webhook")
        try raise(in: folder)
        for _ in 1...4 {
            try await folder.run()
            try folder.pass(minutes: 24 * 60)
        }
        try folder.answer("204", on: "webhook")
        try await folder.run()
        #expect(try folder.told().filter { $0.hasSuffix("primary") } == ["raised primary", "again primary"])
    }

    /// If a run is killed between an event and its record, the next run sends the same event, not another one.
    @Test func `is sent once if the run dies before it records the alert`() async throws {
        let folder = try MonitorFolder(["patience": "1"])
        try folder.channel("webhook")
        try folder.answer("000", on: "webhook")
        try raise(in: folder)
        try await folder.run()
        let before = try #require(folder.read("state/conditions/primary"))
        try folder.pass(minutes: 1)
        try await folder.run()
        try folder.put("state/conditions/primary", before)
        try folder.pass(minutes: 1)
        try folder.answer("200", on: "webhook")
        try await folder.run()
        #expect(try folder.told() == ["raised primary"])
    }

    static let hostile = [
        #"a "quoted" \ text"#, #"\"#, #"\u0022},{"#, "\u{1b}[2J\u{7}bell", "tab\there", "ünïcödé 🙂",
        "$(reboot) `id` ${IFS}",
        "%s %n %%", "<!channel> <https://evil.example|here> &amp;", "-d @/etc/passwd", "*", "'; reboot; '",
        String(repeating: "long ", count: 400),
    ]

    @Test(arguments: hostile)
    func `is valid JSON, whatever other servers reply`(_ words: String) async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook", "gotify", "slack")
        try raise(in: folder, evidence: words)
        try await folder.run()
        let said = "The primary (10.1.0.12:25) is down: \(words)."
        let clean = said.utf8.map { $0 == 9 ? " " : 32...126 ~= $0 ? String(UnicodeScalar($0)) : "?" }.joined().prefix(
            600)
        let text = clean.trimmingSuffix(" ")
        #expect(try folder.events().map { $0["text"] } == [text])
        let gotify = try JSONSerialization.jsonObject(with: Data(folder.got("gotify").joined().utf8)) as? [String: Any]
        #expect(gotify?["message"] as? String == text && gotify?["priority"] as? Int == 8)
        let slack = try folder.events("slack").first?["text"]
        let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        #expect(slack == "mx2.a.net: the primary is down: \(escaped)")
    }

    @Test func `has its title and priority in the headers of ntfy, and its text in the body`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("ntfy")
        try raise(in: folder)
        try await folder.run()
        #expect(folder.got("ntfy") == ["The primary (10.1.0.12:25) is down: x."])
        let arguments = try #require(folder.read("arguments"))
        #expect(arguments.contains("--header Title: mx2.a.net: the primary is down --header Priority: high "))
    }

    @Test func `is a mail with a date and an id, and triggers no automatic replies`() async throws {
        let folder = try MonitorFolder()
        try folder.put("alert/smtp", "mail-from = \"mx@b.net\"\nmail-rcpt = \"a@b.net\"\nmail-rcpt = \"c@d.net\"\n")
        try raise(in: folder)
        try await folder.run()
        #expect(
            folder.read("sent/smtp") == """
                From: mx@b.net
                To: a@b.net, c@d.net
                Subject: mx2.a.net: the primary is down
                Date: Fri, 15 Jan 2027 08:00:00 +0000
                Message-ID: <primary.raised.1800000000@mx2.a.net>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=us-ascii

                The primary (10.1.0.12:25) is down: x.


                """)
    }

    @Test func `is passed to a program word by word`() async throws {
        let folder = try MonitorFolder()
        let words = [
            "/bin/sh", "-c", "{ printf '<%s>' \"$@\" \"$ALERT_EVENT\" \"$ALERT_TITLE\"; cat; } >\"$0\"",
            "\(folder.path)/out",
        ]
        try folder.put(
            "alert/command",
            (words + HostileValue.all.filter { !$0.contains(where: \.isNewline) }).map { $0 + "\n" }.joined())
        try raise(in: folder)
        try await folder.run()
        let out = HostileValue.all.filter { !$0.contains(where: \.isNewline) }.map { "<\($0)>" }.joined()
        #expect(
            folder.read("out") == out
                + "<raised><mx2.a.net: the primary is down>The primary (10.1.0.12:25) is down: x.\n")
    }

    @Test func `leaves no secret in arguments`() async throws {
        let folder = try MonitorFolder()
        for name in ["ntfy", "gotify", "slack", "webhook", "smtp", "healthchecks"] {
            try folder.put("alert/\(name)", "url = \"https://a.example/hunter2\"\nheader = \"X: hunter2\"\n")
        }
        try raise(in: folder)
        try await folder.run()
        let arguments = try #require(folder.read("arguments"))
        #expect(arguments.split(separator: "\n").count == 6 && !arguments.contains("hunter2"))
    }

    @Test func `switches the dead-man's switch from success to failure`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("healthchecks")
        try await folder.run()
        #expect(folder.got("healthchecks") == ["url = \"https://healthchecks.example/x\"", "No problems."])
        try raise(in: folder)
        try folder.pass(minutes: 5)
        try await folder.run()
        #expect(
            folder.got("healthchecks").suffix(2) == [
                "url = \"https://healthchecks.example/x/fail\"", "The primary (10.1.0.12:25) is down: x.",
            ])
        #expect(try await folder.run("--show").contains("channel=healthchecks 0  \n"))
    }

    @Test func `is sent through each channel as a test on request`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("healthchecks", "ntfy", "slack", "webhook")
        try folder.put("alert/webhook.pem", "no channel")
        try folder.answer("403", on: "slack")
        try folder.answer("000", on: "webhook")
        #expect(
            try await folder.run("--test") == """
                healthchecks sent
                ntfy sent
                slack failed it returned HTTP status 403
                webhook failed curl: (7) Failed to connect

                """)
        #expect(
            folder.got("ntfy") == ["This is a test of the alerts of mx2.a.net. There is no problem to solve."])
    }

    @Test func `for a removed channel is discarded`() async throws {
        let folder = try MonitorFolder()
        try folder.channel("webhook")
        try folder.answer("000", on: "webhook")
        try raise(in: folder)
        try await folder.run()
        try FileManager.default.removeItem(atPath: folder.path + "/alert/webhook")
        try await folder.run()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/state/outbox") == [])
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = String(self)
        while text.last == character { text.removeLast() }
        return text
    }
}
