import Alerts
import ConfigurationFiles
package import Engine
import Ingress
import RemoteShell
import Resources
package import Sites

extension BackupMXRole {
    /// Checks the routes of mail: to the primary, and out of the site for the guest's own mail. Also checks the alert
    /// channels.
    package func doctorChecks(of doctor: Doctor, through connections: SiteConnections) async throws -> [VerifiedCheck] {
        let mail = try await MailRouteCheck(role: self, doctor: doctor).look(through: connections)
        return channels(of: doctor.site).isEmpty ? mail + [AlertState.silence] : mail
    }
}

/// Checks the routes of mail from a site.
private struct MailRouteCheck {
    let role: BackupMXRole
    let doctor: Doctor

    func look(through connections: SiteConnections) async throws -> [VerifiedCheck] {
        guard let (vantage, shell) = connections.vantage else {
            return [
                VerifiedCheck(
                    name: "mail routes", verdict: .warn,
                    evidence: "skipped: neither the guest nor the node is reachable yet", advice: SiteConnections.advice
                )
            ]
        }
        return [
            try await route(shell, from: vantage), try await wayOut(shell, from: vantage),
        ]
    }

    private func route(_ shell: some Shell, from vantage: String) async throws -> VerifiedCheck {
        let primary = role.primary
        let answer = try await Greeting.ask(primary.address.description, primary.port, through: shell)
        return VerifiedCheck(
            name: "primary \(primary.address) port \(primary.port)",
            verdict: answer.isPositive ? .pass : answer.isReached ? .warn : .fail,
            evidence: "from \(vantage): \(answer.text)",
            advice: answer.isReached
                ? nil : "Check that the primary runs, the VPN is up, and both accept connections from the guest.")
    }

    /// Checks outgoing port 25, which many providers block. A failure is only a warning, because it delays only the
    /// guest's own mail.
    private func wayOut(_ shell: some Shell, from vantage: String) async throws -> VerifiedCheck {
        let domain = role.alerts.domain
        let host: RecordName
        let address: IPAddress
        do {
            host = try await exchange(of: domain)
            guard let first = try await self.address(of: host) else {
                return VerifiedCheck(name: "outgoing port 25", verdict: .warn, evidence: "\(host) has no address")
            }
            address = first
        } catch let error as DNSError { return VerifiedCheck("outgoing port 25", .warn, error) }
        let answer = try await Greeting.ask(address.description, 25, through: shell)
        return VerifiedCheck(
            name: "outgoing port 25", verdict: answer.isPositive ? .pass : .warn,
            evidence: "from \(vantage) to \(host): \(answer.text)",
            advice: answer.isReached
                ? nil
                : """
                Many providers block outgoing port 25. Mail from cron and the system to \(role.alerts) then waits in the \
                guest's queue, and alerts need another channel than mail. Ask the provider to open the port.
                """)
    }

    /// Returns the host that receives the domain's mail: the MX with the lowest preference, or the domain itself if
    /// there is no MX (RFC 5321, 5.1).
    private func exchange(of domain: DomainName) async throws -> RecordName {
        let question = RecordSetName(name: RecordName(domain), type: .mx)
        let exchanges = try await resolver.ask([question])[question, default: []].compactMap { record in
            if case .mailExchange(let preference, let host) = record.data { (preference, host) } else { nil }
        }
        return exchanges.min { $0.0 < $1.0 }?.1 ?? question.name
    }

    /// Returns an IPv4 address if there is one: a failure over IPv6 may only mean that the host has no IPv6.
    private func address(of host: RecordName) async throws -> IPAddress? {
        let questions = [RecordType.a, .aaaa].map { RecordSetName(name: host, type: $0) }
        let answers = try await resolver.ask(questions)
        return questions.flatMap { answers[$0, default: []] }
            .compactMap { if case .address(let address) = $0.data { address } else { nil } }.first
    }

    private var resolver: NameServerQuery {
        NameServerQuery(server: doctor.inventory.dns.resolver, isAuthoritative: false, shell: doctor.local)
    }
}
