import Alerts
import ConfigurationFiles
import Diagnostics
package import Engine
import Foundation
package import Guests
package import Ingress
package import RemoteShell
package import Resources
package import Sites

extension BackupMXRole {
    package func reportLeftOut(to report: EventHandler) { reportLeftOut(nil, to: report) }

    package func externalResources(of site: Provisioner, _ report: @escaping EventHandler) -> [any ExternalResource] {
        [site.primaryRun(self, report)].compactMap(\.self)
    }

    package func enroll(_ key: KeyEnrollment, of site: Provisioner, _ report: @escaping EventHandler) async throws {
        try await site.primaryRun(self, report)?.introduce(key)
    }

    package func recover(_ site: Provisioner, _ stateStore: StateStore, _ report: @escaping EventHandler) async throws {
        try await site.recallDeadDrill(stateStore, report)
    }

    package func adopt(_ site: Provisioner, in run: RunContext) throws { try site.adoptQueue(in: run) }

    package func pendingChanges(of site: Provisioner, _ stateStore: StateStore) throws -> [Change] {
        let archive = try site.waitingArchive(stateStore)
        return [
            archive.map { Change("mail queue", from: nil, to: "the messages of \($0.path)") },
            stateStore.state.drill.map { Change("drill \($0.run)", from: $0.holds, to: nil) },
        ].compactMap(\.self)
    }

    package func finish(
        _ guest: LocatedGuest, _ connection: SSHConnection, isChanged: Bool, of site: Provisioner, in run: RunContext
    ) async throws {
        if isChanged, sources.isPulled {
            let answer = try await connection.query([RecipientSnapshot.question])[0]
            // `status` reports a snapshot that cannot be read.
            if let snapshot = try? RecipientSnapshot(answer) { reportLeftOut(snapshot, to: run.report) }
        }
        try await site.importArchive(into: guest, connection, in: run)
    }

    package func replacement(of guest: LocatedGuest, of site: Provisioner, in run: RunContext) async throws
        -> Replacement
    {
        guard let waiting = run.stateStore.state.archive, try await !site.isOwn(waiting, of: guest, in: run) else {
            return .possible
        }
        // The only copy of an earlier guest's mail must be imported into this guest before this guest is packed. If the
        // user has not named the file, it is from an interrupted rebuild.
        return waiting.guest == nil ? .afterConvergence : .byConvergence
    }

    package func release(
        _ guest: LocatedGuest, _ policy: ReleasePolicy, isReplaced: Bool, of site: Provisioner,
        in run: RunContext
    ) async throws {
        if guest.mayHoldMail { try await site.empty(guest, policy, isKept: isReplaced, in: run) }
    }

    package func resume(_ guest: LocatedGuest, of site: Provisioner, in run: RunContext) async {
        if guest.mayHoldMail { await site.resumePostfix(guest, in: run) }
    }

    package func reportWaiting(of site: Provisioner, in run: RunContext) throws {
        guard let waiting = run.stateStore.state.archive else { return }
        run.report(
            .note(
                "the mail queue \(waiting.path) is not imported yet; `mxprovision up` imports it into the next guest"))
    }
}

extension BackupMXRole {
    package func statusQueries(for site: Site) -> [Script] {
        [
            MailQueue.size, MailQueue.asideSize, DeferralReason.question,
            ServedCertificate.question(for: site.guest.hostname.description), RecipientSnapshot.question,
            PrimaryState.probe(primary), AlertState.question,
        ]
    }

    package func beginStatus(_ status: inout SiteStatus, _ stateStore: StateStore) {
        status.pending = stateStore.state.drill.map { ["the end of drill \($0.run), which has \($0.holds)"] } ?? []
        status.mail.leftOut = sources.leftOut.count > 0 ? sources.leftOut : nil
    }

    package func readStatus(_ status: inout SiteStatus, from results: [CommandResult], of site: Site) {
        status.mail.queued = status.require("the mail queue cannot be read") { try MailQueue.count(in: results[0]) }
        let aside = status.require("the mail queue cannot be read") { try MailQueue.count(in: results[1]) }
        status.mail.putAside = aside == 0 ? nil : aside
        let deferrals = status.require("cannot read why mail is deferred") {
            try DeferralReason.reasons(in: results[2])
        }
        status.mail.deferrals = deferrals?.isEmpty == false ? deferrals : nil
        status.mail.certificate = status.require("port 25 of the guest presents no certificate") {
            try ServedCertificate(in: results[3], at: Date())
        }
        if sources.isPulled {
            status.mail.recipients = status.require("the guest has no list of recipients") {
                try RecipientSnapshot(results[4])
            }
        }
        status.mail.primary = status.require("the guest cannot check whether the primary accepts mail") {
            PrimaryState(results[5])
        }
        status.mail.alerts = status.require("the guest has no monitor, so it sends no alerts") {
            try AlertState(results[6])
        }
    }
}
