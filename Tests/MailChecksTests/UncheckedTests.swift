import Testing

@testable import MailChecks

/// Replies that prove and disprove no check. The server sends the same one to every command.
@Suite(.timeLimit(.minutes(10))) struct `A check passes only on the reply that proves it` {
    /// Full disk, no service, a broken table, a blocked client, a session out of step, no SMTP, a closed connection, silence.
    static let replies = [
        "452 4.3.1 Insufficient system storage", "421 4.3.2 Service shutting down", "421 too busy",
        "451 4.3.0 Temporary lookup failure", "451 local error", "452 4.5.3 Too many recipients",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked", "550 5.7.1 no",
        "503 5.5.1 nested MAIL command",
        "502 5.5.2 Error: command not recognized", "521 5.3.2 no mail here", "450 4.7.1 Error: too many recipients",
        "450 4.2.0 Greylisted", "220 backup.example.org ESMTP", "354 go on", "SSH-2.0-OpenSSH_9.2", Servers.hangUp, "",
    ]

    /// The command from which on the reply is sent, and the checks whose reply comes before it.
    static let stages: [(String, Set<String>)] = [
        ("", []),
        ("EHLO", ["banner", "primary answers"]),
        (
            "MAIL", ["banner", "primary answers", "STARTTLS", "DSN", "primary's size limit fits the backup's"]
        ),
    ]

    /// All replies before the stage are correct; from there on, each command gets the same reply.
    private func all(_ reply: String, from stage: String) async throws -> [Finding] {
        let hole: Servers.Hole = { line in
            let isBefore = stage == "MAIL" && line.hasPrefix("EHLO") && !line.contains("\r\n")
            guard isBefore else { return reply }
            return line == "EHLO localhost"
                ? nil : "250-backup.example.org\r\n250-SIZE 10240000\r\n250-PIPELINING\r\n250 STARTTLS"
        }
        let greeting =
            stage.isEmpty ? (reply == Servers.hangUp ? nil : reply) : "220 backup.example.org ESMTP"
        let servers = Servers(greeting: greeting, patience: .milliseconds(50), hole: hole)
        let expected = BackupMX(
            recipients: ["anna@example.org", "postmaster@example.org"], domains: ["example.org"],
            hostname: "backup.example.org")
        let battery = SMTPBattery(expected, literals: ["[192.0.2.25]"], through: servers)
        let leg = RelayLeg(
            recipient: "anna@example.org", listed: expected.recipients, hostname: "backup.example.org",
            messageSize: 10_200_000, strictDomain: "strict.example", through: servers)
        var findings = try await battery.manners() + battery.recipients() + battery.strangers()
        findings += try await battery.introductions() + battery.smuggling() + battery.impatience()
        findings += try await leg.evaluate()
        do {
            findings += try await servers.session { try await BackupMXCheck(expected).evaluate($0) }
        } catch is SMTPError {
            // A session that ends early gives no findings.
        }
        return findings
    }

    @Test(arguments: replies)
    func `and not on a reply that a server gives to everything`(reply: String) async throws {
        for (stage, proven) in Self.stages {
            // A correct greeting proves this check.
            if stage.isEmpty, reply.hasPrefix("220") { continue }
            let findings = try await all(reply, from: stage)
            #expect(findings.count > 60)
            let passed = findings.filter { $0.verdict == .pass && !proven.contains($0.check) }
            #expect(passed == [], "from \(stage)")
            #expect(findings.allSatisfy { $0.verdict != .pass || $0.reply != nil })
        }
    }

    @Test(arguments: [
        ("VRFY anna@example.org", "VRFY"), ("ETRN example.org", "ETRN"), ("MAIL FROM:<> SIZE=99999999999", "oversize"),
        ("RCPT TO:<victim%elsewhere.example>", "RCPT TO:<victim%elsewhere.example>"),
        ("MAIL FROM:<root>", "sender without a domain"), ("DATA", "end of data <LF>.<LF>"),
    ])
    func `and not on a full disk at one command`(command: String, check: String) async throws {
        let servers = Servers(patience: .seconds(1)) { $0 == command ? "452 4.3.1 Insufficient system storage" : nil }
        let expected = BackupMX(
            recipients: ["anna@example.org"], domains: ["example.org"], hostname: "backup.example.org")
        let battery = SMTPBattery(expected, literals: [], through: servers)
        var findings = try await battery.manners() + battery.strangers()
        findings += try await battery.introductions() + battery.smuggling()
        let finding = try #require(findings.first { $0.check == check })
        #expect(finding.verdict == .unchecked)
        #expect(finding.evidence == "not checked: 452 4.3.1 Insufficient system storage")
        #expect(findings.filter { $0.verdict == .fail } == [])
    }

    @Test func `and shows why the others were skipped`() async throws {
        let servers = Servers { $0.hasPrefix("VRFY") ? Servers.hangUp : nil }
        let expected = BackupMX(
            recipients: ["anna@example.org"], domains: ["example.org"], hostname: "backup.example.org")
        let findings = try await SMTPBattery(expected, literals: [], through: servers).manners()
        #expect(findings.map(\.check) == ["banner", "STARTTLS", "DSN", "null sender", "VRFY", "ETRN", "oversize"])
        #expect(findings.suffix(3).allSatisfy { $0.verdict == .unchecked })
        #expect(
            findings.last?.evidence == "not checked: the SMTP server closed the connection after VRFY anna@example.org")
    }
}
