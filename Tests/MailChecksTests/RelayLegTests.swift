import Testing

@testable import MailChecks

@Suite(.timeLimit(.minutes(10))) struct `The relay from backup to primary` {
    /// A primary that takes everything from its backup.
    private static func right(_ line: String) -> String? {
        switch line {
        case _ where line.hasPrefix("EHLO"): "250-mail.example.org\r\n250 SIZE 10240000"
        case _ where line.contains("no-such-"): "550 5.1.1 User unknown"
        default: nil
        }
    }

    private func evaluate(_ hole: @escaping Servers.Hole = { _ in nil }, size: Int? = 10_200_000) async throws
        -> [Finding]
    {
        let leg = RelayLeg(
            recipient: "anna@example.org", listed: [], hostname: "backup.example.org", messageSize: size,
            strictDomain: "strict.example",
            through: Servers { hole($0) ?? Self.right($0) ?? ($0.hasPrefix("RSET") ? "250 2.0.0 Ok" : nil) })
        return try await leg.evaluate()
    }

    @Test func `passes if all is accepted`() async throws {
        let findings = try await evaluate()
        #expect(findings.filter { $0.verdict != .pass } == [])
        #expect(findings.count == 7)
    }

    @Test(arguments: [
        ("550 5.7.23 Message rejected due to: SPF fail - not authorized", Trouble.spf),
        ("450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey", .greylisting),
        ("550 5.1.1 User unknown in virtual mailbox table", .recipient),
        ("554 5.7.1 Service unavailable; Client host [10.2.0.25] blocked using zen", .client),
        ("554 5.7.1 Relay access denied", .domain),
        ("450 4.7.1 Error: too many recipients from 10.2.0.25", .rateLimit),
        ("554 5.6.0 Message content rejected", .other),
    ])
    func `is reported with its obstacle`(reply: String, trouble: Trouble) async throws {
        let failed = try await evaluate { $0 == "MAIL FROM:<probe@strict.example>" ? reply : nil }
            .filter { $0.verdict != .pass }
        #expect(failed.map(\.check) == ["primary accepts mail that fails SPF"] && failed.map(\.verdict) == [.fail])
        #expect(failed.map(\.evidence) == [reply] && failed.map(\.trouble) == [trouble])
    }

    @Test(
        arguments: [
            (20_480_000, Finding.Verdict.fail), (10_240_000, .fail), (10_239_000, .fail), (10_210_000, .fail),
            (10_205_000, .pass), (10_200_000, .pass), (5_000_000, .warn), (nil, .fail),
        ] as [(Int?, Finding.Verdict)])
    func `requires the backup's size limit plus what the backup adds`(size: Int?, verdict: Finding.Verdict)
        async throws
    {
        let finding = try #require(
            await evaluate(size: size).first { $0.check == "primary's size limit fits the backup's" })
        #expect(finding.verdict == verdict && finding.trouble == (verdict == .pass ? nil : .size))
        #expect(finding.evidence.hasPrefix("the primary's: 10240000, the backup's: \(size.map(String.init) ?? "none")"))
    }

    @Test(arguments: [
        ("552 5.3.4 Message size exceeds fixed limit", Finding.Verdict.fail),
        ("452 4.3.1 Insufficient system storage", .unchecked),
    ])
    func `accepts a message of the backup's limit with the additions`(reply: String, verdict: Finding.Verdict)
        async throws
    {
        let findings = try await evaluate { $0 == "MAIL FROM:<> SIZE=10234759" ? reply : nil }
        let finding = try #require(findings.first { $0.check == "primary accepts the largest message" })
        #expect(finding.verdict == verdict && finding.trouble == .size)
        #expect(findings.count { $0.verdict != .pass } == 1)
    }

    @Test func `fails if many messages are too many`() async throws {
        // Each session counts for itself: the first one asks for less than ten.
        let counter = Counter()
        let finding = try await evaluate { line in
            line == "MAIL FROM:<>" && counter.next() > 12 ? "450 4.7.1 Error: too much mail from 10.2.0.25" : nil
        }.last
        #expect(finding?.trouble == .rateLimit && finding?.verdict == .fail)
        #expect(finding?.evidence.hasSuffix("(after 10)") == true, "\(finding?.evidence ?? "")")
    }

    @Test func `fails if the primary sends no greeting`() async throws {
        let leg = RelayLeg(
            recipient: "anna@example.org", listed: [], hostname: "backup.example.org", messageSize: nil,
            strictDomain: "x.example",
            through: Servers(greeting: "421 4.3.2 too many connections"))
        let findings = try await leg.evaluate()
        #expect(findings.count == 6 && findings.allSatisfy { $0.verdict == .unchecked })
        #expect(findings.allSatisfy { $0.evidence == "not checked: 421 4.3.2 too many connections" })
        #expect(findings[0].trouble == .rateLimit)
    }

    @Test func `passes with a warning if the primary accepts all recipients`() async throws {
        let findings = try await evaluate { $0.contains("no-such-") ? "250 2.1.5 Ok" : nil }
        #expect(findings.filter { $0.verdict != .pass }.map(\.check) == ["primary refuses unlisted recipients"])
    }
}
