import RemoteShell

extension Provisioner {
    /// Nil where guests have no business at the primary. Where they have none any more, it is still made to forget them.
    func primaryRun(_ report: @escaping Report) -> PrimaryRun? {
        guard let access = inventory.primary.ssh, inventory.sources.isPulled || access.user != nil else { return nil }
        return PrimaryRun(
            site: "\(inventory.name)/\(site.name)",
            primary: inventory.primary,
            access: access,
            folder: folder,
            report: report
        )
    }

    /// A script for root's shell on the primary, which makes it let the guest ask for recipients; it holds no secret.
    ///
    /// - Throws: ``PrimaryError/nothingPulled(site:)``, ``PrimaryError/noKey(site:)``, `ShellError`
    public func primaryScript() async throws -> String {
        let pulls = playbook.steps.compactMap { $0.resource as? RecipientPull }
        guard let pull = pulls.first else { throw PrimaryError.nothingPulled(site: site.name) }
        let answer = try await askKnown("cat \(RecipientPull.folder + "/key.pub")")
        guard let answer, answer.exit == 0 else { throw PrimaryError.noKey(site: site.name) }
        return try pull.acquaintance(from: answer).script.description
    }

    /// What the guest has of the primary's recipients; nil where it asks nobody, or no run has got that far.
    ///
    /// - Throws: `ShellError`, ``UnreadableAnswer``
    public func recipientSnapshot() async throws -> RecipientSnapshot? {
        try await askKnown(RecipientSnapshot.question).flatMap { try RecipientSnapshot($0) }
    }

    /// The addresses and catch-alls that the inventory itself lists.
    public var listedRecipients: Int { inventory.recipients.count }
    /// The domains whose catch-all the inventory lets the guests have.
    public var caughtDomains: [String] { inventory.sources.catchAll.map(\.description) }

    /// One question to the guest where the last run left it; nil where no run has got that far.
    func askKnown(_ script: Script) async throws -> Completion? {
        let access = access(try Ledger(in: folder), report)
        guard let connection = try access.openKnown() else { return nil }
        do {
            report(.sent(script: script.description))
            let answers = try await connection.ask([script])
            await connection.close()
            return answers.first
        } catch {
            await connection.close()
            throw error
        }
    }
}
