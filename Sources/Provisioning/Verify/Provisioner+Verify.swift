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
    ///   - strictDomain: a domain whose SPF record lets nobody send.
    /// - Throws: what keeps everything from being looked at; what keeps an area from it is told in the report.
    public func verify(
        _ subjects: Set<VerifySubject> = Set(VerifySubject.allCases),
        from vantage: Provisioner? = nil,
        strictDomain: String
    ) async throws -> VerifyReport {
        var report = VerifyReport()
        if !subjects.isDisjoint(with: [.smtp, .recipients, .strangers]) {
            let address = try addressForSenders()
            if let vantage {
                try await lend(try vantage.hostShell(), endingWith: { await $0.close() }) { shell in
                    let connector = StreamConnector(shell: shell, address: address.description)
                    try await judge(subjects, at: address, through: connector, &report)
                }
            } else {
                try await judge(subjects, at: address, through: TCPConnector(address: address), &report)
            }
        }
        if subjects.contains(.dns), let publication {
            try await report.add(.dns) { try await publication.check(ignoresTTL: true).checks }
        }
        if subjects.contains(.tls) { try await report.add(.tls) { try await certificate(seenFrom: vantage) } }
        if !subjects.isDisjoint(with: [.queue, .primary]) {
            let ledger = try Ledger(in: folder)
            let guest = try knownGuest(ledger)
            try await lend(guest, endingWith: { await $0.close() }) { guest in
                try await judge(subjects, from: guest, ledger, strictDomain: strictDomain, &report)
            }
        }
        return report
    }

    /// What senders are shown, and whether it is what the guest has on disk.
    private func certificate(seenFrom vantage: Provisioner?) async throws -> [VerifiedCheck] {
        let hostname = site.guest.hostname.description
        let question = ShownCertificate.question(at: try addressForSenders().description, for: hostname)
        let answer: Completion
        if let vantage {
            answer = try await lend(try vantage.hostShell(), endingWith: { await $0.close() }) {
                try await $0.run(question)
            }
        } else {
            answer = try await ProcessShell.local.run(question)
        }
        let shown = try ShownCertificate(answer)
        let guest = try knownGuest(try Ledger(in: folder))
        let files = try await lend(guest, endingWith: { await $0.close() }) {
            try await $0.ask([ShownCertificate.onDisk])
        }
        return shown.checks(of: site.certificate, for: hostname, at: Date()) + [shown.check(onDisk: files[0])]
    }

    /// The public address, where the inventory gives one; else the guest's own.
    func addressForSenders() throws -> IPAddress {
        if let first = site.dns?.addresses.first { return first }
        let own = try site.address ?? Ledger(in: folder).state.guest?.address
        guard let own, let address = IPAddress(own) else { throw VerifyError.noAddress(site: site.name) }
        return address
    }

    private func judge(
        _ subjects: Set<VerifySubject>,
        at address: IPAddress,
        through connector: some SMTPConnector,
        _ report: inout VerifyReport
    ) async throws {
        let expected = BackupMX(
            recipients: inventory.recipients.map(\.description), domains: inventory.closedDomains.map(\.description),
            hostname: site.guest.hostname.description)
        // Behind NAT the guest knows itself by its own address, and senders by the public one.
        let own = try Ledger(in: folder).state.guest?.address.flatMap(IPAddress.init)
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
        strictDomain: String,
        _ report: inout VerifyReport
    ) async throws {
        let answer = try await guest.ask([QueueSettings.probe])[0]
        if subjects.contains(.queue) { try await report.add(.queue) { try QueueSettings(answer).checks } }
        guard subjects.contains(.primary) else { return }
        try await report.add(.primary) {
            let leg = RelayLeg(
                recipient: inventory.recipients.first?.description ?? "",
                hostname: site.guest.hostname.description,
                messageSize: try QueueSettings(answer).messageSize,
                strictDomain: strictDomain,
                through: StreamConnector(
                    shell: guest.shell, address: inventory.primary.address.description, port: inventory.primary.port)
            )
            let backup = ledger.state.guest?.address.flatMap(IPAddress.init)
            return try await leg.judge().map { finding in
                var check = VerifiedCheck(finding)
                check.advice = backup.flatMap { finding.trouble?.advice(for: $0) }
                return check
            }
        }
    }

    /// A shell on the site's node, or where the inventory gives no way there, in its guest.
    func hostShell() throws -> SSHShell {
        let ledger = try Ledger(in: folder)
        guard let node = site.ssh.node else { return try knownGuest(ledger).shell }
        return try SSHShell(try access(ledger, report).destination(of: node))
    }

    func knownGuest(_ ledger: Ledger) throws -> SSHConnection {
        guard let guest = try access(ledger, report).openKnown() else {
            throw VerifyError.neverUp(site: site.name)
        }
        return guest
    }
}
