import MailChecks
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The settings of a queue` {
    private static let right = "21d\n21d\n10240000\n200000000\n5000000000\n"

    @Test func `pass if they are right`() throws {
        let settings = try QueueSettings(.said(Self.right))
        #expect(settings.lifetime == 21 * 86400 && settings.messageSize == 10_240_000)
        #expect(settings.checks.map(\.verdict) == [.pass, .pass, .pass])
        #expect(settings.checks[2].evidence == "5000 MB free, of which Postfix reserves 200 MB")
    }

    @Test(arguments: [("432000s", 432_000), ("120h", 432_000), ("5", 432_000), ("3w", 1_814_400), ("90m", 5400)])
    func `accept times in any unit`(text: String, seconds: Int) throws {
        #expect(try QueueSettings(.said(Self.right.replacing("21d\n21d", with: "\(text)\n21d"))).lifetime == seconds)
    }

    @Test func `fail if they keep mail no longer than senders do`() throws {
        let settings = try QueueSettings(.said(Self.right.replacing("21d", with: "5d")))
        #expect(settings.checks.map(\.verdict) == [.fail, .pass, .pass])
    }

    @Test func `without a size limit need only the space that Postfix reserves`() throws {
        let settings = try QueueSettings(.said("21d\n21d\n0\n0\n1\n"))
        #expect(settings.messageSize == nil && settings.checks[2].verdict == .pass)
    }

    @Test(arguments: [(100_000_000, VerifiedCheck.Verdict.fail), (900_000_000, .warn), (1_000_000_000, .pass)])
    func `need free space`(free: Int, verdict: VerifiedCheck.Verdict) throws {
        let settings = try QueueSettings(.said(Self.right.replacing("5000000000", with: "\(free)")))
        #expect(settings.checks[2].verdict == verdict)
    }

    @Test(arguments: [
        "", "21d\n", "21x\n21d\n1\n1\n1\n", "21d\n21d\nx\n1\n1\n", "99999999999999999d\n1d\n1\n1\n1\n",
        "postconf: fatal: open /etc/postfix/main.cf\n",
    ])
    func `are not read from an invalid reply`(text: String) {
        #expect(throws: UnreadableAnswer.self) { try QueueSettings(.said(text)) }
    }

    @Test func `get advice that names the backup if the primary rejects its mail`() throws {
        let backup = try #require(IPAddress("10.2.0.25"))
        for trouble in Trouble.allCases where ![.other, .size, .recipient, .packetSize].contains(trouble) {
            #expect(try #require(trouble.advice(for: backup)).contains("10.2.0.25"))
        }
        #expect(try #require(Trouble.other.advice(for: backup)).contains("journalctl"))
        #expect(try #require(Trouble.packetSize.advice(for: backup)).contains("MTU = "))
    }
}
