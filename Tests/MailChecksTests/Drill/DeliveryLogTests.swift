import Testing

@testable import MailChecks

@Suite struct `A primary's log` {
    private func numbers(_ lines: String...) -> [Int] {
        DeliveryLog.copies(ofRun: "5f0c27a1", in: lines.joined(separator: "\n")).map(\.number)
    }

    private static func line(_ service: String, _ text: String) -> String {
        "Nov 24 10:34:26 mail postfix/\(service)[412]: \(text)"
    }

    private static func cleanup(_ id: String, _ number: Int, run: String = "5f0c27a1") -> String {
        line("cleanup", "\(id): message-id=<mxprovision-drill.\(run).\(number)@mail-backup.yourdomain.net>")
    }

    private static func local(_ id: String, _ status: String = "sent (delivered to maildir)", to: String = "you")
        -> String
    {
        line(
            "local",
            "\(id): to=<\(to)@yourdomain.net>, relay=local, delay=0.02, delays=0.01/0/0/0, dsn=2.0.0, status=\(status)")
    }

    @Test func `shows deliveries`() {
        #expect(numbers(Self.cleanup("339F15C001C", 7), Self.local("339F15C001C")) == [7])
        // Long queue ids, and the other time format of syslog.
        #expect(
            numbers(
                "2026-11-24T10:34:26.1+00:00 mail postfix/cleanup[1]: 4jYf4g1btLzxRpW: "
                    + "message-id=<mxprovision-drill.5f0c27a1.12@h>",
                Self.local("4jYf4g1btLzxRpW")) == [12])
    }

    @Test func `shows no deferred, bounced or other mail`() {
        #expect(numbers(Self.cleanup("339F15C001C", 7)) == [])
        #expect(numbers(Self.cleanup("339F15C001C", 7), Self.local("339F15C001C", "deferred (no space)")) == [])
        #expect(numbers(Self.cleanup("339F15C001C", 7), Self.local("339F15C001C", "bounced (unknown user)")) == [])
        #expect(numbers(Self.cleanup("339F15C001C", 7, run: "00000000"), Self.local("339F15C001C")) == [])
        #expect(numbers(Self.cleanup("339F15C001C", 7), Self.local("AAAAAAAAAAA")) == [])
        #expect(numbers("", "]: :", "]: 339F15C001C: message-id=<mxprovision-drill.5f0c27a1.x@h>") == [])
    }

    @Test func `shows a second delivery, and counts an alias's two recipients as one`() {
        #expect(
            numbers(
                Self.cleanup("AAAAAA1", 1), Self.local("AAAAAA1"), Self.cleanup("AAAAAA2", 1), Self.local("AAAAAA2"))
                == [1, 1])
        #expect(numbers(Self.cleanup("AAAAAA1", 1), Self.local("AAAAAA1"), Self.local("AAAAAA1", to: "ada")) == [1])
    }

    @Test(arguments: ["127.0.0.1[127.0.0.1]:10024", "localhost[::1]:10024"])
    func `does not count a filter as a mailbox`(filter: String) {
        let hop = Self.line(
            "smtp",
            "AAAAAA1: to=<you@x>, relay=\(filter), delay=1, dsn=2.0.0, status=sent "
                + "(250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as AAAAAA2)")
        #expect(numbers(Self.cleanup("AAAAAA1", 1), hop) == [])
        #expect(numbers(Self.cleanup("AAAAAA1", 1), hop, Self.cleanup("AAAAAA2", 1), Self.local("AAAAAA2")) == [1])
    }

    @Test func `counts Dovecot's LMTP on the same host as a mailbox`() {
        let saved = Self.line(
            "lmtp",
            "AAAAAA1: to=<you@x>, relay=127.0.0.1[127.0.0.1]:24, delay=0.1, dsn=2.0.0, status=sent "
                + "(250 2.0.0 <you@x> eHxq Saved)")
        #expect(numbers(Self.cleanup("AAAAAA1", 1), saved) == [1])
    }
}
