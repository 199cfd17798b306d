import Alerts
import ConfigurationFiles
import Engine
import Foundation
import Guests
import Ingress
import MailChecks
import ProxmoxAPI
import RemoteShell
public import Sites

extension Provisioner {
    /// Checks from outside whether the site's guest behaves as a backup MX must, and from the guest whether the primary
    /// will accept what it relays. Changes nothing. A correctly configured server receives no message.
    ///
    /// - Parameters:
    ///   - subjects: The subjects to check; nil for those that the site's role has.
    ///   - vantage: The site from whose host to check the guest; nil for this machine.
    ///   - asksForAll: Whether to query the primary for all listed recipients, without a limit.
    ///   - strictDomain: A domain whose SPF record allows no sender.
    /// - Throws: An error that prevents all checks. An error of one area is in the report.
    public func verify(
        _ subjects: Set<VerifySubject>? = nil,
        from vantage: Provisioner? = nil,
        asksForAll: Bool = false,
        strictDomain: String
    ) async throws -> VerifyReport {
        let subjects = subjects ?? defaultSubjects
        if !subjects.isSubset(of: [.steps, .dns]) { _ = try backupMX }
        let relay = RelaySettings(strictDomain: strictDomain, asksForAll: asksForAll)
        return try await reading { reader, stateStore in
            guard let vantage else { return try await reader.verify(subjects, from: nil, relay, stateStore) }
            return try await vantage.reading { vantage, state in
                try await withConnection(try await vantage.hostShell(state), endingWith: { await $0.close() }) {
                    try await reader.verify(subjects, from: $0, relay, stateStore)
                }
            }
        }
    }

    /// A role checks more from outside than the playbook's verifications can inside the guest.
    private var defaultSubjects: Set<VerifySubject> {
        inventory.backupMX == nil ? [.steps, .dns] : Set(VerifySubject.allCases).subtracting([.steps])
    }

    /// The options for the checks at the primary.
    private struct RelaySettings {
        var strictDomain: String
        var asksForAll: Bool
    }

    /// - Parameter vantage: A shell on the host from which to check; nil for this machine.
    private func verify(
        _ subjects: Set<VerifySubject>,
        from vantage: SSHShell?,
        _ relay: RelaySettings,
        _ stateStore: StateStore
    ) async throws -> VerifyReport {
        var report = VerifyReport()
        if subjects.contains(.steps) { try await report.add(.steps) { try await verifySteps(stateStore) } }
        if !subjects.isDisjoint(with: [.smtp, .recipients, .strangers]) {
            let address = try await addressForSenders(stateStore)
            if let vantage {
                let connector = StreamConnector(shell: vantage, address: address.description)
                try await evaluate(subjects, at: address, through: connector, stateStore, &report)
            } else {
                try await evaluate(subjects, at: address, through: TCPConnector(address: address), stateStore, &report)
            }
        }
        if subjects.contains(.dns), let publication {
            try await report.add(.dns) { try await publication.check(ignoresTTL: true).checks }
        }
        if subjects.contains(.tls) {
            try await report.add(.tls) { try await certificate(seenFrom: vantage, stateStore) }
        }
        if !subjects.isDisjoint(with: [.queue, .primary]) {
            try await withConnection(try await knownGuest(stateStore), endingWith: { await $0.close() }) { guest in
                try await evaluate(subjects, from: guest, stateStore, relay, &report)
            }
        }
        return report
    }

    /// Checks the certificate that senders get, and whether it is the one on the guest's disk.
    private func certificate(seenFrom vantage: SSHShell?, _ stateStore: StateStore) async throws -> [VerifiedCheck] {
        let hostname = site.guest.hostname.description
        let question = ShownCertificate.question(at: try await addressForSenders(stateStore).description, for: hostname)
        let answer: CommandResult
        if let vantage {
            answer = try await vantage.run(question)
        } else {
            answer = try await ProcessShell.local.run(question, Wait(.program, for: "the certificate of port 25"))
        }
        let shown = try ShownCertificate(answer)
        let files = try await withConnection(try await knownGuest(stateStore), endingWith: { await $0.close() }) {
            try await $0.query([ShownCertificate.onDisk])
        }
        return shown.checks(of: site.certificate, for: hostname, at: Date()) + [shown.check(onDisk: files[0])]
    }

    private func evaluate(
        _ subjects: Set<VerifySubject>,
        at address: IPAddress,
        through connector: some SMTPConnector,
        _ stateStore: StateStore,
        _ report: inout VerifyReport
    ) async throws {
        let mail = try backupMX
        let expected = BackupMX(
            recipients: mail.recipients.map(\.description), domains: mail.closedDomains.map(\.description),
            hostname: site.guest.hostname.description)
        // Behind NAT, the guest knows its own address, but senders use the public one.
        let own = try await ownAddress(stateStore)
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

    /// Runs the checks that need the guest: its queue, and whether the primary accepts mail from it.
    private func evaluate(
        _ subjects: Set<VerifySubject>,
        from guest: SSHConnection,
        _ stateStore: StateStore,
        _ relay: RelaySettings,
        _ report: inout VerifyReport
    ) async throws {
        let mail = try backupMX
        let limit = relay.asksForAll ? nil : ListedRecipients.usualLimit
        let pull = playbook.steps.lazy.compactMap { $0.resource as? RecipientPull }.first
        let table = mail.sources.isPulled ? pull?.table : nil
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
            let inventoried = mail.recipients.map(\.description)
            let listed =
                answers.count > 2 ? try ListedRecipients(answers[2]) : ListedRecipients(inventoried, limit: limit)
            let leg = RelayLeg(
                recipient: inventoried.first ?? "",
                listed: listed.asked(inAll: mail.domains.map(\.description)),
                duties: Set(mail.domains.map { "abuse@\($0)" }),
                hostname: site.guest.hostname.description,
                messageSize: try QueueSettings(answers[0]).messageSize,
                strictDomain: relay.strictDomain,
                through: PrimaryConnector(primary: mail.primary, guest: guest.shell)
            )
            let backup = try await ownAddress(stateStore)
            let checks = try await leg.evaluate().map { finding in
                var check = VerifiedCheck(finding)
                check.advice = backup.flatMap { finding.trouble?.advice(for: $0) }
                return check
            }
            return checks + [listed.check].compactMap(\.self)
        }
    }
}
