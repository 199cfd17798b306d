import Alerts
import Engine
import Foundation
import RemoteShell
import Resources
public import Sites

extension Provisioner {
    /// Reports whether the guest monitors itself, its current problems, and whether its alerts are sent. Changes
    /// nothing.
    ///
    /// - Throws: ``AlertError/noMonitor(site:)``, `ShellError`, ``UnreadableAnswer``
    public func alerts() async throws -> AlertReport {
        _ = try backupMX
        let state = try await query(AlertState.question).flatMap { try AlertState($0) }
        guard let state else { throw AlertError.noMonitor(site: site.name) }
        return state.report
    }

    /// Sends a test alert through each channel of the guest, in the same way as the guest's alerts.
    ///
    /// - Throws: ``AlertError/noMonitor(site:)``, `ShellError`, ``UnreadableAnswer``
    public func testAlerts() async throws -> AlertReport {
        _ = try backupMX
        let answer = try await query("[ -x \(AlertState.program) ] || exit 3; exec \(AlertState.program) --test")
        guard let answer, answer.exit != 3 else { throw AlertError.noMonitor(site: site.name) }
        return try Self.testReport(from: answer)
    }

    /// - Throws: ``UnreadableAnswer``
    static func testReport(from answer: CommandResult) throws -> AlertReport {
        var report = AlertReport()
        let checks = try outcomes(in: answer)
        // Without a channel, no one receives a test alert, so the test fails.
        var silence = AlertState.silence
        silence.verdict = .fail
        report.areas = [.init(name: .channels, checks: checks.isEmpty ? [silence] : checks, problem: nil)]
        return report
    }

    /// Parses one line per channel: `ntfy sent`, or `ntfy failed it returned HTTP status 403`.
    static func outcomes(in answer: CommandResult) throws -> [VerifiedCheck] {
        let unreadable = UnreadableAnswer(expected: "the test result of each channel", answer: answer)
        guard answer.exit == 0 else { throw unreadable }
        return try answer.text.split(separator: "\n").map { line in
            guard let match = line.wholeMatch(of: /([a-z0-9-]+) (sent|failed ?(.*))/) else { throw unreadable }
            if match.2 == "sent" { return VerifiedCheck(name: String(match.1), verdict: .pass, evidence: "sent") }
            let reason = match.3.flatMap { $0.isEmpty ? nil : String($0) } ?? "no answer"
            return VerifiedCheck(name: String(match.1), verdict: .fail, evidence: reason)
        }
    }
}
