import Foundation
import ProxmoxAPI
import RemoteShell

/// The mail of a guest that goes, and of one that comes.
///
/// While a guest exists, its own queue is what counts: nothing that a run has recorded before is trusted, as anybody may have
/// started the guest since. So a guest that is stopped is started, and its queue is emptied or packed again. That needs no
/// record, and is right after a kill at any moment, without the state, and for a guest that a person has stopped.
extension Provisioner {
    /// The packed queue on this machine that waits to be put into a guest: the one that the state names, or else one that a
    /// run has left which died before it could record it, or whose state was lost.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    func waitingArchive(_ ledger: Ledger) throws -> SiteState.Archive? {
        if let archive = ledger.state.archive { return archive }
        try queues.checkTrust()
        // Version 0.1 has kept it beside the state.
        let path = [queues.archivePath, folder.queuePath].first { FileManager.default.fileExists(atPath: $0) }
        return path.map { .init(path: $0, guest: "") }
    }

    /// Records the waiting queue. If its guest still exists, nothing of it is put into that a second time.
    func adoptQueue(_ ledger: Ledger) throws {
        for half in [queues.archivePath, folder.queuePath].map(QueueRun.partial)
        where FileManager.default.fileExists(atPath: half) { try DurableFile.remove(half) }
        guard let archive = try waitingArchive(ledger) else { return }
        try ledger.update { $0.archive = archive }
    }

    /// Gives up the import of the waiting queue. The file is kept, under a name that no run takes up.
    func discardImport(_ ledger: Ledger, _ report: Report) throws {
        try adoptQueue(ledger)
        guard let archive = ledger.state.archive else {
            report(.note("no mail queue waits to be imported"))
            return
        }
        var path = archive.path
        if archive.guest != nil, FileManager.default.fileExists(atPath: path) {
            path += ".discarded-\(Date().formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted)))"
            try DurableFile.rename(archive.path, to: path)
        }
        try ledger.update { $0.archive = nil }
        report(.note("gave up the import of \(archive.path); the file is kept as \(path)"))
    }

    /// Puts the mail of an earlier guest into this one's queue.
    func importArchive(
        into guest: GuestHost.Found,
        _ connection: SSHConnection,
        _ ledger: Ledger,
        _ report: @escaping Report
    ) async throws {
        guard let archive = ledger.state.archive else { return }
        // If the guest that it came from was not destroyed, all of it is still there.
        if archive.guest == nil || archive.guest != guest.view.mark?.id {
            try await QueueRun(guest: guest.id, connection: connection, report: report).importing(archive.path)
        }
        try forget(archive, ledger)
    }

    /// Forgets a packed queue whose messages are in a guest, and removes the file, unless a person has named it.
    private func forget(_ archive: SiteState.Archive, _ ledger: Ledger) throws {
        try ledger.update { $0.archive = nil }
        if archive.guest != nil { try DurableFile.remove(archive.path) }
    }

    /// Whether the waiting queue came from this guest, so that the guest's own queue replaces it.
    func isOwn(
        _ archive: SiteState.Archive, of guest: GuestHost.Found, _ ledger: Ledger, _ lease: SiteLease,
        _ report: @escaping Report
    ) async throws -> Bool {
        if let mark = guest.view.mark?.id, archive.guest == mark { return true }
        guard archive.guest == "", guest.mayHoldMail else { return false }
        return try await withRunning(guest, ledger, lease, report) {
            try await $0.isOwn(QueueArchive(path: archive.path))
        }
    }

    /// Destroys the guest, with Postfix stopped and no message in it that is not also elsewhere. If the guest stays, Postfix
    /// runs again.
    ///
    /// - Parameter isKept: whether what is exported waits to be put into the next guest.
    func release(
        _ guest: GuestHost.Found,
        _ policy: QueuePolicy,
        isKept: Bool = false,
        _ ledger: Ledger,
        _ lease: SiteLease,
        _ report: @escaping Report
    ) async throws {
        do {
            if guest.mayHoldMail {
                try await empty(guest, policy, isKept: isKept, ledger, lease, report)
                try Task.checkCancellation()
            }
            try await destroy(guest, ledger, lease, report)
        } catch {
            if guest.mayHoldMail { await resume(guest, ledger, lease, report) }
            throw error
        }
    }

    private func empty(
        _ guest: GuestHost.Found,
        _ policy: QueuePolicy,
        isKept: Bool,
        _ ledger: Ledger,
        _ lease: SiteLease,
        _ report: @escaping Report
    ) async throws {
        let waiting = ledger.state.archive
        let (isExported, isOwn) = try await withRunning(guest, ledger, lease, report) { run in
            var isOwn = waiting != nil && waiting?.guest == guest.view.mark?.id
            if let waiting, waiting.guest == "" {
                do { isOwn = try await run.isOwn(QueueArchive(path: waiting.path)) } catch is QueueError {
                    // It cannot be read, so it stays for a person to look at.
                }
            }
            return (try await run.empty(policy), isOwn)
        }
        if isExported, isKept, let path = policy.export {
            try ledger.update { $0.archive = .init(path: path, guest: guest.view.mark?.id) }
        }
        guard let waiting else { return }
        if isOwn {
            if waiting.path != policy.export { try DurableFile.remove(waiting.path) }
            if ledger.state.archive == waiting { try ledger.update { $0.archive = nil } }
        } else {
            report(.note("the mail queue \(waiting.path) still waits; `mxprovision up` puts it into the next guest"))
        }
    }

    /// Lends a connection to the guest, which is started first if it is stopped.
    private func withRunning<Result>(
        _ guest: GuestHost.Found,
        _ ledger: Ledger,
        _ lease: SiteLease,
        _ report: @escaping Report,
        _ body: (QueueRun) async throws -> Result
    ) async throws -> Result {
        let provision = try provision(ledger, holding: lease, report)
        let access = access(ledger, report)
        let running = try await provision.running(guest)
        let connection: SSHConnection
        do { connection = try await access.open(running, on: host) } catch let error as ShellError {
            throw QueueError.unknown(guest: guest.id, reason: Complaint(error).text)
        }
        return try await lend(connection, endingWith: { await $0.close() }) { connection in
            try await body(QueueRun(guest: guest.id, connection: connection, report: report))
        }
    }

    /// Starts Postfix again in a guest that stays, also when the person has asked to stop. Does nothing if the site may be
    /// another operator's by now, who may have stopped Postfix for a teardown of its own.
    private func resume(
        _ guest: GuestHost.Found, _ ledger: Ledger, _ lease: SiteLease, _ report: @escaping Report
    ) async {
        // What went wrong first is what is reported.
        try? await uninterrupted {
            try await lease.renew()
            guard await lease.isHeld, let now = try await host.look(at: guest.id, on: guest.node), now.view.isRunning
            else { return }
            let connection = try await access(ledger, report).connection(to: now, on: host)
            _ = try await lend(connection, endingWith: { await $0.close() }) { try await $0.query([MailQueue.resume]) }
        }
    }
}
