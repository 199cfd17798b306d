import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Resources
import Sites

/// The state of a site as lines for people.
struct StatusText {
    let status: SiteStatus

    init(_ status: SiteStatus) { self.status = status }

    var text: String {
        var lines = [status.site]
        func add(block value: String, _ label: String) {
            lines.append("  \(label)\(String(repeating: " ", count: max(1, 10 - label.count)))\(value)")
        }
        func add(_ label: String, _ value: String) { add(block: value.inLine, label) }
        if let guest = status.guest {
            let address = guest.address.map { " at \($0)" } ?? ""
            add("guest", "\(guest.id) on \(guest.node), \(guest.running ? "running" : "stopped")\(address)")
        } else {
            add("guest", "none")
        }
        if let queued = status.mail.queued {
            add("queue", Self.messages(queued) + (status.mail.putAside.map { ", \($0) put aside as unreadable" } ?? ""))
        }
        for reason in status.mail.deferrals ?? [] { add("deferred", reason.description) }
        if let primary = status.mail.primary { add("primary", Self.phrase(primary)) }
        for line in status.mail.alerts.map(Self.lines) ?? [] { add("alerts", line) }
        if let recipients = status.mail.recipients { add("list", RecipientsText.summary(recipients)) }
        for line in status.mail.recipients?.leftOutLines(most: 5) ?? [] { add("left out", line) }
        for line in status.mail.leftOut?.lines(most: 5) ?? [] { add("left out", line) }
        if let certificate = status.mail.certificate { add("tls", Self.summary(certificate)) }
        if let updates = status.updates { add("updates", updates.summary) }
        for ingress in status.ingress { add(block: phrase(ingress), ingress.name.inLine) }
        if let dns = status.dns { add("dns", DNSText.summary(dns)) }
        for problem in status.problems { add(block: "! " + problem.replacing("\n", with: "\n            "), "problem") }
        if !status.pending.isEmpty { add("pending", status.pending.joined(separator: ", ")) }
        if let last = status.lastRun {
            add(
                "last run",
                "\(last.command) \(last.started.formatted(.iso8601)), \(last.outcome.rawValue), by \(last.who)")
        }
        if let holder = status.heldBy {
            add("busy", "\(holder.who) runs `\(holder.command)` since \(holder.since.formatted(.iso8601))")
        }
        return lines.joined(separator: "\n")
    }

    private static func messages(_ count: Int) -> String { "\(count) message\(count == 1 ? "" : "s")" }

    /// The state on one line.
    var summary: String {
        let count = status.problems.count
        let problem = count == 0 ? "" : "; \(count) problem\(count == 1 ? "" : "s")"
        guard let guest = status.guest else { return "no guest\(problem)" }
        let queue = status.mail.queued.map { ", \($0) queued" } ?? ""
        return "guest \(guest.id) \(guest.running ? "running" : "stopped")\(queue)\(problem)"
    }

    /// Returns the certificate on one line, such as `by CN=R11,O=Let's Encrypt,C=US, 61 days left (until 2026-…)`.
    private static func summary(_ certificate: ServedCertificate) -> String {
        let origin = certificate.selfSigned ? "self-signed" : "by \(certificate.issuer)"
        let name = certificate.matchesName ? "" : ", for another name"
        let days = certificate.daysLeft
        let end = certificate.notAfter.formatted(.iso8601)
        let rest = days < 0 ? "expired \(end)" : "\(days) day\(days == 1 ? "" : "s") left (until \(end))"
        let isFine = certificate.matchesName && days >= ServedCertificate.enoughDays
        return "\(isFine ? "" : "! ")\(origin)\(name), \(rest)"
    }

    private func phrase(_ ingress: SiteStatus.Ingress) -> String {
        if let problem = ingress.problem { return "! \(problem.replacing("\n", with: "\n            "))" }
        let count = ingress.changes.count
        guard count > 0 else { return "up to date" }
        return "! \(count) change\(count == 1 ? "" : "s") needed; see `mxprovision plan \(status.site)`"
    }

    /// Returns the monitor's own problem, the active alerts, and the alerts that could not be sent.
    private static func lines(_ alerts: AlertState) -> [String] {
        var lines: [String] = []
        if let problem = alerts.problem { lines.append("! \(problem)") }
        lines += alerts.conditions.map { "! since \($0.since.formatted(.iso8601)): \($0.text)" }
        lines += alerts.channels.compactMap { channel in
            channel.trouble.map { "! \(channel.waiting) cannot be sent by \(channel.name): \($0)" }
        }
        guard lines.isEmpty else { return lines }
        let ways = alerts.channels.map(\.name).joined(separator: ", ")
        return ["no problems; " + (ways.isEmpty ? "no alert channel is configured" : "channels: " + ways)]
    }

    private static func phrase(_ primary: PrimaryState) -> String {
        let verdict =
            switch primary.state {
            case .answers: "answers"
            case .refuses: "refuses"
            case .down: "down"
            case .vpnDown: "VPN down"
            }
        let distance = primary.roundTrip.map { ", \($0 < 1 ? "under 1" : String($0)) ms away" } ?? ""
        return "\(verdict)\(distance): \(primary.evidence)"
    }
}
