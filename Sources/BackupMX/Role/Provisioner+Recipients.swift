import Alerts
import ConfigurationFiles
import Engine
import Guests
import ProxmoxAPI
import RemoteShell
import Resources
public import Sites

extension Provisioner {
    /// Returns the enrollment of the guest's key on the primary, or nil if the inventory does not use it. If guests no
    /// longer need the primary, their keys are still removed there.
    func primaryRun(_ mail: BackupMXRole, _ report: @escaping EventHandler) -> PrimaryRun? {
        guard let access = mail.primary.ssh, mail.sources.isPulled || access.user != nil else { return nil }
        return PrimaryRun(
            site: "\(inventory.name)/\(site.name)",
            primary: mail.primary,
            access: access,
            keys: keys,
            report: report
        )
    }

    /// Returns a script for root's shell on the primary that lets the guest read recipients. It contains no secret.
    ///
    /// - Throws: ``PrimaryError/nothingPulled(site:)``, ``PrimaryError/noKey(site:)``, `ShellError`
    public func primaryScript() async throws -> String {
        _ = try backupMX
        let pulls = playbook.steps.compactMap { $0.resource as? RecipientPull }
        guard let pull = pulls.first else { throw PrimaryError.nothingPulled(site: site.name) }
        let answer = try await query("cat \(RecipientPull.folder + "/key.pub")")
        guard let answer, answer.exit == 0 else { throw PrimaryError.noKey(site: site.name) }
        return try pull.keyEnrollment(from: answer).script.description
    }

    /// Returns the guest's copy of the primary's recipients, or nil if the guest does not read recipients there or has
    /// none yet.
    ///
    /// - Throws: `ShellError`, ``UnreadableAnswer``
    public func recipientSnapshot() async throws -> RecipientSnapshot? {
        _ = try backupMX
        return try await query(RecipientSnapshot.question).flatMap { try RecipientSnapshot($0) }
    }
}

extension BackupMXRole {
    /// Reports the recipient records that are left out: those of a guest's snapshot, or of this machine if there is
    /// none.
    func reportLeftOut(_ snapshot: RecipientSnapshot?, to report: EventHandler) {
        let (count, lines) =
            snapshot.map { ($0.leftOut, $0.leftOutLines(most: 5)) }
            ?? (sources.leftOut.count, sources.leftOut.lines(most: 5))
        guard count > 0 else { return }
        report(
            .note((["\(count) record\(count == 1 ? "" : "s") of recipients left out"] + lines).joined(separator: "\n")))
    }
}
