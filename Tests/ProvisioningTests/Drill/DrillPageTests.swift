import Foundation
import MailChecks
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

@Suite struct `A drill's page` {
    static func report(_ change: (inout DrillReport) -> Void = { _ in }) -> DrillReport {
        var report = DrillReport(
            site: "secondary", host: "mx2.example.net", run: "5f0c27a1", recipient: "you+x@example.net",
            started: Date(timeIntervalSince1970: 1_784_000_000), way: .hold, vantage: "this machine",
            source: "the mailbox (`cat box`)", showsContent: true,
            messages: (1...4).map { number in
                var account = CanaryAccount(number: number, digest: String(repeating: "a", count: 64))
                (account.tries, account.sent, account.reply) = (1, 0.5, "250 2.0.0 Ok: queued as Q\(number)")
                (account.queueID, account.arrived, account.copies) = ("Q\(number)", 7.5 + Double(number), 1)
                return account
            }, strays: 0, mostQueued: 4, early: 0,
            samples: [
                .init(at: 0.6, sent: 2, queued: 2, arrived: 0), .init(at: 1, sent: 4, queued: 4, arrived: 0),
                .init(at: 7.5, sent: 4, queued: 2, arrived: 2), .init(at: 12, sent: 4, queued: 0, arrived: 4),
            ],
            phases: [
                .init(name: .hold, at: 0.1), .init(name: .send, at: 0.3), .init(name: .queued, at: 1.1),
                .init(name: .release, at: 6), .init(name: .end, at: 12),
            ])
        change(&report)
        return report
    }

    @Test func `needs no external resource`() {
        let html = DrillPage(Self.report()).html
        for word in ["<script", "src=", "href=", "url(", "@import", "http:", "https:"] {
            #expect(!html.contains(word), "\(word)")
        }
        #expect(html.contains("default-src 'none'") && html.contains("prefers-color-scheme: dark"))
        #expect(html.contains("All 4 messages arrived exactly once, unchanged."))
        #expect(html.contains("first after 2.5 s, half of them after 4.5 s, last after 5.5 s"))
    }

    @Test func `shows what is wrong and marks the rows`() {
        let html = DrillPage(
            Self.report {
                $0.messages[0].copies = 0
                $0.messages[1].copies = 2
                $0.messages[2].alteredCopies = 1
                $0.early = 1
            }
        ).html
        #expect(html.contains("<li>1 of 4 lost: accepted by the backup, but neither queued nor arrived</li>"))
        #expect(html.contains("<li>1 of 4 arrived more than once</li>"))
        #expect(html.contains("<li>1 of 4 arrived with changed content</li>"))
        #expect(html.contains("<li>1 of 4 arrived before they were released</li>"))
        #expect(html.ranges(of: "<tr class=\"wrong\">").count == 3)
    }

    /// A server's reply or a command in the inventory may contain any text.
    @Test func `escapes markup from other sources`() {
        let hostile = #"</td><script>alert('x')</script>&"\u{1B}[31m"#
        let html = DrillPage(
            Self.report {
                $0.site = hostile
                $0.source = hostile
                $0.recipient = hostile
                $0.messages[0].queueID = nil
                $0.messages[0].reply = hostile
                $0.messages[1].queueID = hostile
                $0.deferrals = [DeferralReason(count: 2, text: hostile)]
            }
        ).html
        #expect(!html.contains("<script") && !html.contains("\u{1B}"))
        #expect(html.contains("&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
    }

    @Test(arguments: 0..<50) func `draws each time line within its frame`(seed: Int) throws {
        let end = Double(seed * seed * 2)
        let svg = DrillChart(
            report: Self.report { report in
                report.samples = (0..<seed * 7).map { index in
                    let at = end * Double(index) / Double(seed * 7)
                    return .init(at: at, sent: 4, queued: index * 3 % 5, arrived: index * 2 % 5)
                }
                for index in report.phases.indices {
                    report.phases[index].at = end * Double(index * (seed % 4 + 1)) / Double(4 * (seed % 4 + 1))
                }
            }
        ).svg.text
        let drawn = svg.replacing(/>[^<]*</, with: "><")
        let numbers = drawn.matches(of: /[MHV ,"](-?[0-9.]+)(?=[ ",]|$)/).map(\.1)
        #expect(numbers.count > 40)
        for number in numbers { #expect((0...880).contains(try #require(Double(number))), "\(number)") }
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
}
