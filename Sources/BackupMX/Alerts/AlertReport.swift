import Alerts
import Engine
import Foundation
import Resources
public import Sites

/// The parts of a report about a guest's alerts.
public enum AlertSubject: String, CheckSubject {
    /// Whether the guest monitors itself.
    case monitor
    /// The problems that were reported, or will be if they last.
    case conditions
    /// Whether alerts can be sent.
    case channels
}

public typealias AlertReport = CheckReport<AlertSubject>

extension AlertState {
    /// The state as checks; the monitor's check is the first.
    var report: AlertReport {
        var report = AlertReport()
        let last = age.map { "last \($0) s ago" } ?? "not yet; cron starts it within a minute"
        let watch = VerifiedCheck(
            name: "runs every minute", verdict: problem == nil ? .pass : .fail, evidence: problem ?? last,
            advice: isWatching
                ? nil : "In the guest, run `systemctl status cron` and `journalctl -t mxprovision-monitor -n 20`.")
        let problems = conditions.map { condition in
            let since = condition.since.formatted(.iso8601)
            return VerifiedCheck(name: condition.name, verdict: .fail, evidence: "since \(since): \(condition.text)")
        }
        let calm = VerifiedCheck(name: "all conditions", verdict: .pass, evidence: "no problems")
        report.areas = [
            .init(name: .monitor, checks: [watch], problem: nil),
            .init(name: .conditions, checks: problems.isEmpty ? [calm] : problems, problem: nil),
            .init(name: .channels, checks: channels.isEmpty ? [Self.silence] : channels.map(\.check), problem: nil),
        ]
        return report
    }

    /// The check result of a guest without an alert channel.
    static let silence = VerifiedCheck(
        name: "channels", verdict: .warn,
        evidence: "no alert channel is configured: problems are only in the guest's log and in `status`",
        advice: "Add a channel to the inventory's `alert`: ntfy, smtp, healthchecks or another.")
}

extension AlertState.Channel {
    fileprivate var check: VerifiedCheck {
        let count = "\(waiting) alert\(waiting == 1 ? "" : "s") waiting"
        guard let trouble else {
            return VerifiedCheck(name: name, verdict: .pass, evidence: waiting == 0 ? "no alerts waiting" : count)
        }
        let start = since.map { ", since \($0.formatted(.iso8601))" } ?? ""
        return VerifiedCheck(name: name, verdict: .fail, evidence: "\(count)\(start): \(trouble)")
    }
}
