import Foundation
import MailChecks
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

@Suite struct `The output of a drill` {
    private func report(_ count: Int, _ change: (inout DrillReport) -> Void = { _ in }) -> DrillReport {
        var report = DrillReport(
            site: "secondary", host: "mx2", run: "5f0c27a1", recipient: "you+x@example.net",
            started: Date(timeIntervalSince1970: 0), way: .hold, vantage: "this machine", source: "the journal of mail",
            showsContent: false,
            messages: (1...count).map { number in
                var account = CanaryAccount(number: number, digest: "d")
                (account.tries, account.sent, account.queueID) = (1, 0.5, "4jYfLh3JRyzxRm\(number % 10)")
                (account.arrived, account.copies) = (7.5, 1)
                return account
            }, strays: 0, mostQueued: count, early: 0, samples: [],
            phases: [.init(name: .release, at: 6), .init(name: .end, at: 12)])
        change(&report)
        return report
    }

    @Test func `lists each message if there are few`() {
        let few = report(2) {
            $0.messages[1].copies = 0
            $0.messages[1].arrived = nil
        }
        #expect(
            DrillText(few).text == """

                  drill 5f0c27a1, 2 messages to you+x@example.net
                    no.      sent   arrived     took  queue id         verdict
                      1     0.5 s     7.5 s    7.0 s  4jYfLh3JRyzxRm1  arrived
                      2     0.5 s         –        –  4jYfLh3JRyzxRm2  lost

                  most in the queue: 2
                  from release to arrival: first 1.5 s, median 1.5 s, last 1.5 s
                  seen in the journal of mail; the contents were not compared
                  ✗ 1 of 2 lost: accepted by the backup, but neither queued nor arrived
                """)
    }

    @Test func `lists only problems if there are many messages`() {
        let many = report(60) { $0.messages[6].copies = 2 }
        let text = DrillText(many).text
        #expect(text.contains("      7     0.5 s     7.5 s    7.0 s  4jYfLh3JRyzxRm7  arrived 2 times\n"))
        #expect(text.contains("    59 more have arrived; `--verbose` shows them") && !text.contains("lost or altered"))
        #expect(DrillText(many, isVerbose: true).text.split(separator: "\n").count > 60)
        #expect(DrillText(report(60)).text.contains("✓ 60 of 60 arrived once"))
    }

    @Test func `shows why messages are still in the queue`() {
        let stuck = report(1) { $0.deferrals = [DeferralReason(count: 1, text: "lost connection with mail")] }
        #expect(DrillText(stuck).text.contains("\n  deferred: 1 × lost connection with mail\n"))
    }

    @Test func `is one JSON object`() throws {
        let line: String = try JSONLine.encode(JSONLine(.result(TypedValue(report(1), phrase: "")), site: "secondary"))
        #expect(line.contains(#""event":"drill""#) && line.contains(#""verdict":"arrived""#))
        #expect(line.contains(#""phases":[{"at":6,"name":"release"},{"at":12,"name":"end"}]"#))
    }

    @Test(arguments: [
        ["--messages", "0"], ["--hold", "-1"], ["--patience", "0"], ["--stop-primary", "true"],
        ["--start-primary", "true"], ["--release", "--messages", "3"],
    ])
    func `has exit status 64 for wrong arguments`(words: [String]) async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        #expect(try await mxprovision(["drill", "secondary"] + words).status == 64)
    }

    @Test func `names what is missing in the inventory`() async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        let outcome = try await mxprovision(["drill", "secondary"])
        #expect(outcome.status == 1 && outcome.errors.contains("Add a section `drill` with `mailbox` or `log`"))
    }
}
