import Foundation
import Provisioning

/// How a site is, as lines for people.
struct StatusText {
    let status: SiteStatus

    init(_ status: SiteStatus) { self.status = status }

    var text: String {
        var lines = [status.site]
        func add(_ label: String, _ value: String) {
            lines.append("  \(label)\(String(repeating: " ", count: max(1, 10 - label.count)))\(value)")
        }
        if let guest = status.guest {
            let address = guest.address.map { " at \($0)" } ?? ""
            add("guest", "\(guest.id) on \(guest.node), \(guest.running ? "running" : "stopped")\(address)")
        } else {
            add("guest", "none")
        }
        if let queued = status.queued { add("queue", "\(queued) message\(queued == 1 ? "" : "s")") }
        for reason in status.deferrals ?? [] { add("deferred", reason.description) }
        if let primary = status.primary { add("primary", Self.phrase(primary)) }
        for line in status.alerts.map(Self.lines) ?? [] { add("alerts", line) }
        if let recipients = status.recipients { add("list", RecipientsText.summary(recipients)) }
        if let certificate = status.certificate { add("tls", Self.summary(certificate)) }
        for way in status.ways { add(way.name, phrase(way)) }
        if let dns = status.dns { add("dns", DNSText.summary(dns)) }
        for problem in status.problems { add("problem", "! " + problem.replacing("\n", with: "\n            ")) }
        if !status.owed.isEmpty { add("pending", status.owed.joined(separator: ", ")) }
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

    /// In a line.
    var summary: String {
        let count = status.problems.count
        let problem = count == 0 ? "" : "; \(count) problem\(count == 1 ? "" : "s")"
        guard let guest = status.guest else { return "no guest\(problem)" }
        let queue = status.queued.map { ", \($0) queued" } ?? ""
        return "guest \(guest.id) \(guest.running ? "running" : "stopped")\(queue)\(problem)"
    }

    /// `by CN=R11,O=Let's Encrypt,C=US, 61 days left (until 2026-…)`
    private static func summary(_ certificate: ServedCertificate) -> String {
        let origin = certificate.selfSigned ? "self-signed" : "by \(certificate.issuer)"
        let name = certificate.matchesName ? "" : ", for another name"
        let days = certificate.daysLeft
        let end = certificate.notAfter.formatted(.iso8601)
        let rest = days < 0 ? "ended \(end)" : "\(days) day\(days == 1 ? "" : "s") left (until \(end))"
        let isFine = certificate.matchesName && days >= ServedCertificate.enoughDays
        return "\(isFine ? "" : "! ")\(origin)\(name), \(rest)"
    }

    private func phrase(_ way: SiteStatus.Way) -> String {
        if let problem = way.problem { return "! \(problem.replacing("\n", with: "\n            "))" }
        let count = way.changes.count
        guard count > 0 else { return "as it should be" }
        return "! \(count) thing\(count == 1 ? " is" : "s are") not; `mxprovision plan \(status.site)` tells"
    }

    /// A monitor that does not work, the problems that are not over, and the alerts that could not be sent.
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
