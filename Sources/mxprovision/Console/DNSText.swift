import Provisioning

/// What the public DNS says and is to say, as lines for people.
enum DNSText {
    static func report(_ report: ZoneReport) -> String {
        (report.servers.flatMap(lines) + report.pointers.map(line)).joined(separator: "\n")
    }

    /// On one line: what is not as it should be.
    static func summary(_ report: ZoneReport) -> String {
        let servers = report.servers.compactMap { server -> String? in
            if server.problem != nil { return "\(server.server) does not answer" }
            return server.changes.isEmpty ? nil : "\(server.server) differs"
        }
        let pointers = report.pointers.filter { !$0.isRight }.map { "the PTR of \($0.address) is not the guest's" }
        let amiss = servers + pointers
        guard !amiss.isEmpty else { return "as it should be on all servers" }
        return "\(amiss.joined(separator: ", ")); `mxprovision dns \(report.site) --check` tells more"
    }

    private static func lines(_ server: ServerReport) -> [String] {
        let name = server.role == .resolver ? "the resolver \(server.server)" : server.server
        let head =
            if let problem = server.problem {
                "  ! \(name) could not be asked: \(problem)"
            } else if server.changes.isEmpty {
                "  = \(name)"
            } else {
                "  ~ \(name) differs"
            }
        return [head] + server.changes.map { "      " + ConsoleLine.difference($0) }
            + server.doubts.map { "      ! \($0)" }
    }

    private static func line(_ pointer: PointerReport) -> String {
        if pointer.isRight { return "  = PTR of \(pointer.address)" }
        if let problem = pointer.problem { return "  ! PTR of \(pointer.address) could not be asked: \(problem)" }
        let found = pointer.found.isEmpty ? "missing" : pointer.found.joined(separator: ", ")
        return "  ~ PTR of \(pointer.address): \(found); only \(pointer.host) is wanted, and its provider sets it"
    }

    /// What is left to people, as comments of a zone file.
    static func advice(for desired: DesiredZone, behind address: IPAddress?) -> String {
        let advice = ZoneAdvice(desired)
        let transport =
            "MTA-STS. If the domain has a policy, its file needs these lines, and its TXT record a new id:\n\n"
            + desired.strictTransportLines.map { "    \($0)" }.joined(separator: "\n")
        let parts =
            ["To the provider of the public address:\n\n\(advice.pointerRequest)", advice.senderPolicy]
            + [address.map(ZoneAdvice.exemption), transport].compactMap(\.self)
        return parts.map(comment).joined(separator: "\n;\n")
    }

    private static func comment(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? ";" : "; \($0)" }
            .joined(separator: "\n")
    }
}

/// What `dns --apply` and `dns --withdraw` did.
struct DNSOutcome: Encodable {
    var v = 1
    var site: String
    var event: String
    var changes: [Change]
    /// Seconds for which others may still go by what is gone.
    var wait: Int64?

    var text: String {
        guard !changes.isEmpty else { return "\(site): nothing to change in the DNS" }
        let lines = ["\(site): \(event)"] + changes.map { "      " + ConsoleLine.difference($0) }
        let waiting = wait.map { ["  … senders may still go by it for \($0) s"] } ?? []
        return (lines + waiting).joined(separator: "\n")
    }
}
