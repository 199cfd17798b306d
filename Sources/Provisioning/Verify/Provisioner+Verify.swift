import Foundation
import MailChecks
import ProxmoxAPI
import RemoteShell

extension Provisioner {
    /// Looks from outside whether the site's guest behaves as a backup MX must, and from the guest whether the primary
    /// will take what it relays. Changes nothing; a server that is as it should be gets no message by it.
    ///
    /// - Parameters:
    ///   - subjects: what to look at.
    ///   - vantage: the site from whose host the guest is looked at; nil for this machine.
    ///   - asksForAll: whether the primary is asked for all listed recipients, however many they are.
    ///   - strictDomain: a domain whose SPF record lets nobody send.
    /// - Throws: what keeps everything from being looked at; what keeps an area from it is told in the report.
    public func verify(
        _ subjects: Set<VerifySubject> = Set(VerifySubject.allCases),
        from vantage: Provisioner? = nil,
        asksForAll: Bool = false,
        strictDomain: String
    ) async throws -> VerifyReport {
        let relay = RelaySettings(strictDomain: strictDomain, asksForAll: asksForAll)
        return try await reading { reader, ledger in
            guard let vantage else { return try await reader.verify(subjects, from: nil, relay, ledger) }
            return try await vantage.reading { vantage, state in
                try await lend(try await vantage.hostShell(state), endingWith: { await $0.close() }) {
                    try await reader.verify(subjects, from: $0, relay, ledger)
                }
            }
        }
    }

    /// How the primary is asked.
    private struct RelaySettings {
        var strictDomain: String
        var asksForAll: Bool
    }

    /// - Parameter vantage: a shell on the host from which to look; nil for this machine.
    private func verify(
        _ subjects: Set<VerifySubject>,
        from vantage: SSHShell?,
        _ relay: RelaySettings,
        _ ledger: Ledger
    ) async throws -> VerifyReport {
        var report = VerifyReport()
        if !subjects.isDisjoint(with: [.smtp, .recipients, .strangers]) {
            let address = try await addressForSenders(ledger)
            if let vantage {
                let connector = StreamConnector(shell: vantage, address: address.description)
                try await judge(subjects, at: address, through: connector, ledger, &report)
            } else {
                try await judge(subjects, at: address, through: TCPConnector(address: address), ledger, &report)
            }
        }
        if subjects.contains(.dns), let publication {
            try await report.add(.dns) { try await publication.check(ignoresTTL: true).checks }
        }
        if subjects.contains(.tls) { try await report.add(.tls) { try await certificate(seenFrom: vantage, ledger) } }
        if !subjects.isDisjoint(with: [.queue, .primary]) {
            try await lend(try await knownGuest(ledger), endingWith: { await $0.close() }) { guest in
                try await judge(subjects, from: guest, ledger, relay, &report)
            }
        }
        return report
    }

    /// What senders are shown, and whether it is what the guest has on disk.
    private func certificate(seenFrom vantage: SSHShell?, _ ledger: Ledger) async throws -> [VerifiedCheck] {
        let hostname = site.guest.hostname.description
        let question = ShownCertificate.question(at: try await addressForSenders(ledger).description, for: hostname)
        let answer: Completion
        if let vantage {
            answer = try await vantage.run(question)
        } else {
            answer = try await ProcessShell.local.run(question, Wait(.program, for: "the certificate of port 25"))
        }
        let shown = try ShownCertificate(answer)
        let files = try await lend(try await knownGuest(ledger), endingWith: { await $0.close() }) {
            try await $0.query([ShownCertificate.onDisk])
        }
        return shown.checks(of: site.certificate, for: hostname, at: Date()) + [shown.check(onDisk: files[0])]
    }

    /// The address that senders use: the public one, if the inventory has it; else the guest's own.
    func addressForSenders(_ ledger: Ledger) async throws -> IPAddress {
        if let first = site.dns?.addresses.first { return first }
        guard let own = try await ownAddress(ledger) else { throw VerifyError.noAddress(site: site.name) }
        return own
    }

    /// The guest's own address: the inventory's, the last recorded one, or the one that its interface has.
    func ownAddress(_ ledger: Ledger) async throws -> IPAddress? {
        if let known = site.address ?? ledger.state.guest?.address { return IPAddress(known) }
        guard let found = try await provision(ledger, report).find(), found.view.isRunning else { return nil }
        return try await host.interface(of: found)?.reachable.flatMap(IPAddress.init)
    }

    private func judge(
        _ subjects: Set<VerifySubject>,
        at address: IPAddress,
        through connector: some SMTPConnector,
        _ ledger: Ledger,
        _ report: inout VerifyReport
    ) async throws {
        let expected = BackupMX(
            recipients: inventory.recipients.map(\.description), domains: inventory.closedDomains.map(\.description),
            hostname: site.guest.hostname.description)
        // Behind NAT the guest knows itself by its own address, and senders by the public one.
        let own = try await ownAddress(ledger)
        let addresses = [address] + [own].compactMap(\.self).filter { $0 != address }
        let battery = SMTPBattery(expected, literals: addresses.map { "[\($0.literal)]" }, through: connector)
        let looks: [(VerifySubject, () async throws -> [Finding])] = [
            (
                .smtp,
                {
                    let manners = try await battery.manners() + battery.introductions() + battery.impatience()
                    return try await manners + battery.smuggling()
                }
            ),
            (.recipients, battery.recipients), (.strangers, battery.strangers),
        ]
        for (subject, look) in looks where subjects.contains(subject) {
            try await report.add(subject) { try await look().map(VerifiedCheck.init) }
        }
    }

    /// What only the guest itself can see: its queue, and how the primary takes what comes from it.
    private func judge(
        _ subjects: Set<VerifySubject>,
        from guest: SSHConnection,
        _ ledger: Ledger,
        _ relay: RelaySettings,
        _ report: inout VerifyReport
    ) async throws {
        let limit = relay.asksForAll ? nil : ListedRecipients.usualLimit
        let pull = playbook.steps.lazy.compactMap { $0.resource as? RecipientPull }.first
        let table = inventory.sources.isPulled ? pull?.table : nil
        let answers = try await guest.query(
            [QueueSettings.probe, DeferralReason.question]
                + [table].compactMap(\.self).map { ListedRecipients.question(table: $0, limit: limit) })
        if subjects.contains(.queue) {
            try await report.add(.queue) {
                try QueueSettings(answers[0]).checks + DeferralReason.checks(in: answers[1])
            }
        }
        guard subjects.contains(.primary) else { return }
        try await report.add(.primary) {
            let inventoried = inventory.recipients.map(\.description)
            let listed =
                answers.count > 2 ? try ListedRecipients(answers[2]) : ListedRecipients(inventoried, limit: limit)
            let leg = RelayLeg(
                recipient: inventoried.first ?? "",
                listed: listed.asked(inAll: inventory.domains.map(\.description)),
                duties: Set(inventory.domains.map { "abuse@\($0)" }),
                hostname: site.guest.hostname.description,
                messageSize: try QueueSettings(answers[0]).messageSize,
                strictDomain: relay.strictDomain,
                through: PrimaryConnector(primary: inventory.primary, guest: guest.shell)
            )
            let backup = try await ownAddress(ledger)
            let checks = try await leg.judge().map { finding in
                var check = VerifiedCheck(finding)
                check.advice = backup.flatMap { finding.trouble?.advice(for: $0) }
                return check
            }
            return checks + [listed.check].compactMap(\.self)
        }
    }

    /// A shell on the site's node; in its guest if the inventory gives no way to the node.
    func hostShell(_ ledger: Ledger) async throws -> SSHShell {
        guard let node = site.ssh.node else { return try await knownGuest(ledger).shell }
        return try SSHShell(try access(ledger, report).destination(of: node))
    }

    /// - Throws: ``VerifyError/noGuest(site:)``, and as ``reach(_:)``
    func knownGuest(_ ledger: Ledger) async throws -> SSHConnection {
        guard let guest = try await reach(ledger) else { throw VerifyError.noGuest(site: site.name) }
        return guest
    }
}
