import Alerts
import ConfigurationFiles
import Engine
import Foundation
import MailChecks
import Sites

/// A drill's report as a self-contained HTML page: no script, and no external fonts or images.
struct DrillPage {
    let report: DrillReport

    init(_ report: DrillReport) { self.report = report }

    var html: String { markup.text }

    private var markup: Markup {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(title)</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <h1>\(title)</h1>
        <p class="when">\(report.started.formatted(.iso8601)), drill \(report.run)</p>
        \(verdict)
        <figure>
        \(DrillChart(report: report).svg)
        <figcaption><span class="key queued"></span>in the backup's queue
        <span class="key arrived"></span>arrived at the primary</figcaption>
        </figure>
        <dl>
        \(facts)
        </dl>
        <table>
        <thead><tr><th class="n">#</th><th>Verdict</th><th class="n">Sent</th><th class="n">Arrived</th>\
        <th class="n">Took</th><th class="n">Tries</th><th class="n">Copies</th><th>Queue id</th><th>SHA-256</th>\
        <th>The backup's reply</th></tr></thead>
        <tbody>
        \(rows)
        </tbody>
        </table>
        <footer>Seconds since the start of the drill; arrivals were checked twice a second.</footer>
        </body>
        </html>

        """
    }

    private var title: String { "Failover drill of \(report.site)" }

    private var verdict: Markup {
        guard !report.isRight else {
            let same = report.showsContent ? ", unchanged" : ""
            return """
                <p class="verdict right">All \(report.messages.count) messages arrived exactly once\(same).</p>
                """
        }
        let items = report.amiss.map { sentence -> Markup in "<li>\(sentence)</li>" }
        return """
            <div class="verdict wrong"><p>The drill failed:</p><ul>
            \(items)
            </ul></div>
            """
    }

    private var facts: [Markup] {
        let waits = report.waits
        let way =
            switch report.way {
            case .hold: "only the canaries were held; other mail was delivered"
            case .failover: "the primary was stopped, and started again"
            }
        var facts = [
            ("Backup MX", report.host), ("Sent from", report.vantage), ("Sent to", report.recipient),
            ("Rehearsed", way),
            ("Arrivals detected in", report.source + (report.showsContent ? "" : "; contents not compared")),
            ("In the queue", "\(report.mostQueued) of \(report.messages.count) at once"),
        ]
        facts += (report.deferrals ?? []).map { ("Deferred", $0.description) }
        if let first = waits.first, let last = waits.last {
            let middle = waits[waits.count / 2]
            facts.append(
                (
                    "From release to arrival",
                    "first after \(first.tenths) s, half of them after \(middle.tenths) s, last after \(last.tenths) s"
                ))
        }
        return facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }
    }

    private var rows: [Markup] {
        report.messages.map { message in
            """
            <tr class="\(message.verdict == .arrived ? "right" : "wrong")"><td class="n">\(message.number)</td>\
            <td>\(message.verdict.rawValue)</td>\
            <td class="n">\(seconds(message.sent))</td><td class="n">\(seconds(message.arrived))</td>\
            <td class="n">\(seconds(message.took))</td><td class="n">\(message.tries)</td>\
            <td class="n">\(message.copies)</td><td><code>\(message.queueID ?? "–")</code></td>\
            <td><code title="\(message.digest)">\(String(message.digest.prefix(12)))…</code></td>\
            <td>\(words(message))</td></tr>
            """
        }
    }

    /// Returns the backup's reply, unless it only contains the queue ID.
    private func words(_ message: CanaryAccount) -> String {
        message.queueID == nil ? message.reply ?? "no reply" : "accepted"
    }

    private func seconds(_ value: Double?) -> String { value.map { "\($0.tenths) s" } ?? "–" }

    private static let style: Markup = """
        :root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --faint: #66707e; --line: #d8dde4;
          --queued: #b45309; --arrived: #1d6fb8; --right: #17704a; --wrong: #b3261e; --tint: #f5f7f9 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --paper: #14181f; --faint: #98a2b0; --line: #343c48;
          --queued: #f0a04b; --arrived: #67b3f3; --right: #5fce9b; --wrong: #ff8a80; --tint: #1b212a } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
          margin: 2rem auto; padding: 0 1rem }
        h1 { font-size: 1.6rem; margin: 0 }
        .when, footer { color: var(--faint); margin: 0 0 1rem }
        .verdict { border-left: 4px solid; padding: .6rem 1rem; background: var(--tint); font-weight: 600 }
        .verdict p, .verdict ul { margin: 0 } .verdict li { font-weight: 400 }
        .verdict.right { border-color: var(--right); color: var(--right) }
        .verdict.wrong { border-color: var(--wrong); color: var(--wrong) }
        figure { margin: 1.5rem 0 } svg { width: 100%; height: auto; display: block }
        svg text { font: 12px system-ui, sans-serif; fill: var(--faint) } svg text.phase { fill: var(--ink) }
        .grid { stroke: var(--line) } .tick { stroke: var(--faint) }
        line.phase { stroke: var(--faint); stroke-dasharray: 3 3 }
        .area { fill: var(--queued); opacity: .15 }
        path.queued, path.arrived { fill: none; stroke-width: 2.5; stroke: var(--queued) }
        path.arrived { stroke: var(--arrived) }
        figcaption { color: var(--faint); padding-left: 44px }
        .key { display: inline-block; width: 1.4em; height: 3px; vertical-align: middle; margin: 0 .4em 0 1.2em;
          background: var(--queued) } .key:first-child { margin-left: 0 } .key.arrived { background: var(--arrived) }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem } dt { color: var(--faint) }
        dd { margin: 0; overflow-wrap: anywhere }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: 1.5rem 0 }
        th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
        th { color: var(--faint); font-weight: 600 } .n { text-align: right; white-space: nowrap }
        tr.wrong td { color: var(--wrong) } code { font-size: .95em }
        """
}
