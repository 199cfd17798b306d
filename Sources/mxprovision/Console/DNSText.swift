import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Ingress
import Resources
import Sites

/// The public DNS records and their drift, as lines for people.
enum DNSText {
    static func report(_ report: ZoneReport, isVerbose: Bool = false) -> String {
        (report.servers.flatMap { lines($0, isVerbose) } + report.pointers.map(line)).joined(separator: "\n")
    }

    /// Returns on one line what is wrong.
    static func summary(_ report: ZoneReport) -> String {
        let servers = report.servers.compactMap { server -> String? in
            if server.problem != nil { return "\(server.server) does not answer" }
            return server.changes.isEmpty ? nil : "\(server.server) differs"
        }
        let pointers = report.pointers.filter { !$0.isRight }.map { "the PTR of \($0.address) is not the guest's" }
        let amiss = servers + pointers
        guard !amiss.isEmpty else { return "up to date on all servers" }
        return "\(amiss.joined(separator: ", ")); `mxprovision dns \(report.site) --check` shows details"
    }

    private static func lines(_ server: ServerReport, _ isVerbose: Bool) -> [String] {
        let name = server.role == .resolver ? "the resolver \(server.server)" : server.server
        let head =
            if let problem = server.problem {
                "  ! \(name) could not be queried: \(problem.inLine)"
            } else if server.changes.isEmpty {
                "  = \(name)"
            } else {
                "  ~ \(name) differs"
            }
        return [head] + ConsoleLine.differences(server.changes, isVerbose: isVerbose, most: 20, sample: 10)
            + server.doubts.map { "      ! \($0.inLine)" }
    }

    private static func line(_ pointer: PointerReport) -> String {
        if pointer.isRight { return "  = PTR of \(pointer.address)" }
        if let problem = pointer.problem {
            return "  ! PTR of \(pointer.address) could not be queried: \(problem.inLine)"
        }
        let found = pointer.found.isEmpty ? "missing" : pointer.found.joined(separator: ", ").inLine
        return
            "  ~ PTR of \(pointer.address): \(found); expected only \(pointer.host); only the provider of the address can set it"
    }

    /// Returns the manual steps as comments of a zone file.
    ///
    /// - Parameter exemptions: What the primary needs, from ``ZoneAdvice``.
    static func advice(for desired: DesiredZone, exemptions: [String]) -> String {
        let advice = ZoneAdvice(desired)
        let transport =
            "MTA-STS. If the domain has a policy, its file needs these lines, and its TXT record a new id:\n\n"
            + desired.strictTransportLines.map { "    \($0)" }.joined(separator: "\n")
        let parts =
            ["To the provider of the public address:\n\n\(advice.pointerRequest)"]
            + (desired.domains.isEmpty ? [] : [advice.senderPolicy] + exemptions + [transport])
        return parts.map(comment).joined(separator: "\n;\n")
    }

    /// Returns the manual steps for a site without a section `dns`, which has no records to print.
    static func advice(exemptions: [String], forUnpublished site: String) -> String {
        let head = "The site `\(site)` has no section `dns` in the inventory, so there are no records to print."
        return ([head] + exemptions).map(comment).joined(separator: "\n;\n")
    }

    private static func comment(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? ";" : "; \($0)" }
            .joined(separator: "\n")
    }
}

/// The result of `dns --apply` and `dns --withdraw`.
struct DNSOutcome: Encodable {
    var v = JSONLine.version
    var site: String
    var event: String
    var changes: [Change]
    /// Seconds for which resolvers may still use the removed records.
    var wait: Int64?

    var text: String {
        guard !changes.isEmpty else { return "\(site): nothing to change in the DNS" }
        let lines = ["\(site): \(event)"] + changes.map { "      " + ConsoleLine.difference($0) }
        let waiting = wait.map { ["  … senders may still use it for \($0) s"] } ?? []
        return (lines + waiting).joined(separator: "\n")
    }
}
