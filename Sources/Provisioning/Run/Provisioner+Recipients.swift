import ProxmoxAPI
import RemoteShell

extension Provisioner {
    /// Nil where guests have no business at the primary. Where they have none any more, it is still made to forget them.
    func primaryRun(_ report: @escaping Report) -> PrimaryRun? {
        guard let access = inventory.primary.ssh, inventory.sources.isPulled || access.user != nil else { return nil }
        return PrimaryRun(
            site: "\(inventory.name)/\(site.name)",
            primary: inventory.primary,
            access: access,
            keys: keys,
            report: report
        )
    }

    /// A script for root's shell on the primary, which makes it let the guest ask for recipients; it holds no secret.
    ///
    /// - Throws: ``PrimaryError/nothingPulled(site:)``, ``PrimaryError/noKey(site:)``, `ShellError`
    public func primaryScript() async throws -> String {
        let pulls = playbook.steps.compactMap { $0.resource as? RecipientPull }
        guard let pull = pulls.first else { throw PrimaryError.nothingPulled(site: site.name) }
        let answer = try await query("cat \(RecipientPull.folder + "/key.pub")")
        guard let answer, answer.exit == 0 else { throw PrimaryError.noKey(site: site.name) }
        return try pull.acquaintance(from: answer).script.description
    }

    /// What the guest has of the primary's recipients; nil where it asks nobody, or no run has got that far.
    ///
    /// - Throws: `ShellError`, ``UnreadableAnswer``
    public func recipientSnapshot() async throws -> RecipientSnapshot? {
        try await query(RecipientSnapshot.question).flatMap { try RecipientSnapshot($0) }
    }

    /// The addresses and catch-alls that the inventory itself lists.
    public var listedRecipients: Int { inventory.recipients.count }
    /// The domains whose catch-all the inventory lets the guests have.
    public var caughtDomains: [String] { inventory.sources.catchAll.map(\.description) }

    /// Runs a script that only reads in the site's running guest. Returns nil if the site has no guest.
    func query(_ script: Script) async throws -> Completion? {
        try await reading { reader, ledger in
            guard let connection = try await reader.reach(ledger) else { return nil }
            report(.sent(script: script.description))
            return try await lend(connection, endingWith: { await $0.close() }) { try await $0.query([script]).first }
        }
    }

    /// A connection to the site's running guest, as Proxmox and the guest's notes show it; the guest itself is not contacted
    /// yet. Returns nil if the site has no guest.
    ///
    /// - Throws: ``VerifyError/stopped(site:id:)``, ``GuestError``, `APIError`
    func reach(_ ledger: Ledger) async throws -> SSHConnection? {
        let access = access(ledger, report)
        let found: GuestHost.Found?
        do { found = try await provision(ledger, report).find() } catch let error as APIError {
            // The guest may be reachable while the node's API is not.
            guard case .unreachable = error, let known = try access.openKnown() else { throw error }
            return known
        }
        guard let found else { return nil }
        guard found.view.isRunning else { throw VerifyError.stopped(site: site.name, id: found.id.rawValue) }
        return try await access.connection(to: found, on: host)
    }
}
