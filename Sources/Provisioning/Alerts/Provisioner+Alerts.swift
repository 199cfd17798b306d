import Foundation
import RemoteShell

extension Provisioner {
    /// Whether the guest watches itself, what is amiss, and whether what it tells gets out. Changes nothing.
    ///
    /// - Throws: ``AlertError/noMonitor(site:)``, `ShellError`, ``UnreadableAnswer``
    public func alerts() async throws -> AlertReport {
        let state = try await query(AlertState.question).flatMap { try AlertState($0) }
        guard let state else { throw AlertError.noMonitor(site: site.name) }
        return state.report
    }

    /// Has the guest send a test by each of its channels, the way that it sends alerts.
    ///
    /// - Throws: ``AlertError/noMonitor(site:)``, `ShellError`, ``UnreadableAnswer``
    public func testAlerts() async throws -> AlertReport {
        let answer = try await query("[ -x \(AlertState.program) ] || exit 3; exec \(AlertState.program) --test")
        guard let answer, answer.exit != 3 else { throw AlertError.noMonitor(site: site.name) }
        var report = AlertReport()
        let checks = try Self.outcomes(in: answer)
        report.areas = [.init(name: .channels, checks: checks.isEmpty ? [AlertState.silence] : checks, problem: nil)]
        return report
    }

    /// One line a channel: `ntfy sent`, or `ntfy failed it answers 403`.
    static func outcomes(in answer: Completion) throws -> [VerifiedCheck] {
        let unreadable = UnreadableAnswer(expected: "what came of the test of each channel", answer: answer)
        guard answer.exit == 0 else { throw unreadable }
        return try answer.text.split(separator: "\n").map { line in
            guard let match = line.wholeMatch(of: /([a-z0-9-]+) (sent|failed ?(.*))/) else { throw unreadable }
            if match.2 == "sent" { return VerifiedCheck(name: String(match.1), verdict: .pass, evidence: "sent") }
            let reason = match.3.flatMap { $0.isEmpty ? nil : String($0) } ?? "no answer"
            return VerifiedCheck(name: String(match.1), verdict: .fail, evidence: reason)
        }
    }
}
