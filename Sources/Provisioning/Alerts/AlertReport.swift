import Foundation

/// What can be asked of a guest's alerts.
public enum AlertSubject: String, CheckSubject {
    /// Whether the guest watches itself.
    case monitor
    /// What is amiss and has been told, or soon will be.
    case conditions
    /// Whether what it tells gets out.
    case channels
}

public typealias AlertReport = CheckReport<AlertSubject>

extension AlertState {
    /// As checks, the monitor's first.
    var report: AlertReport {
        var report = AlertReport()
        let watch = VerifiedCheck(
            name: "looks every minute", verdict: isWatching ? .pass : .fail,
            evidence: age.map { "last \($0) s ago" } ?? "not since the guest was started",
            advice: isWatching ? nil : "See what `systemctl status mxprovision-monitor.timer` says in the guest.")
        let amiss = conditions.map { condition in
            let since = condition.since.formatted(.iso8601)
            return VerifiedCheck(name: condition.name, verdict: .fail, evidence: "since \(since): \(condition.text)")
        }
        let calm = VerifiedCheck(name: "all conditions", verdict: .pass, evidence: "none stands")
        report.areas = [
            .init(name: .monitor, checks: [watch], problem: nil),
            .init(name: .conditions, checks: amiss.isEmpty ? [calm] : amiss, problem: nil),
            .init(name: .channels, checks: channels.isEmpty ? [Self.silence] : channels.map(\.check), problem: nil),
        ]
        return report
    }

    /// A guest that can tell nobody.
    static let silence = VerifiedCheck(
        name: "channels", verdict: .warn,
        evidence: "none: troubles stand in the guest's log and in `status`, and nobody is told",
        advice: "Say in the inventory's `alert` by which ways guests are to tell: ntfy, smtp, healthchecks and others.")
}

extension AlertState.Channel {
    fileprivate var check: VerifiedCheck {
        let count = "\(waiting) alert\(waiting == 1 ? "" : "s") wait\(waiting == 1 ? "s" : "")"
        guard let trouble else {
            return VerifiedCheck(name: name, verdict: .pass, evidence: waiting == 0 ? "nothing waits" : count)
        }
        let start = since.map { ", since \($0.formatted(.iso8601))" } ?? ""
        return VerifiedCheck(name: name, verdict: .fail, evidence: "\(count)\(start): \(trouble)")
    }
}
