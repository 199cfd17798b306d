import Alerts
import ConfigurationFiles
import Diagnostics
public import Engine
import Foundation
import Guests
import ProxmoxAPI
import RemoteShell
import Resources
public import Sites

/// Moves the mail of a guest that is destroyed to the next one.
///
/// While a guest exists, only its own queue counts. An earlier record is not trusted, because the guest may have been
/// started since. So a stopped guest is started, and its queue is drained or packed again. This needs no record. It is
/// correct after a kill at any moment, without the state, and for a guest that was stopped manually.
extension Provisioner {
    /// Applies the inventory and the playbook to the site.
    ///
    /// - Parameters:
    ///   - archive: a mail queue that `teardown` has exported, to import into the guest's.
    ///   - discards: whether to cancel the import of the waiting queue; its file is kept.
    /// - Throws: as ``up(preparing:)``; ``QueueError``, ``RoleError``
    @discardableResult
    public func up(importing archive: String? = nil, discardsImport discards: Bool = false) async throws -> Summary {
        try await up { run in
            if discards || archive != nil { _ = try backupMX }
            if discards { try discardImport(in: run) }
            if let archive { try await adoptQueue(from: archive, in: run) }
        }
    }

    /// Returns the packed queue on this machine that waits for its import into a guest. It is the one that the state
    /// names, else a file of a run that died before it could record it, or whose state was lost.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    func waitingArchive(_ stateStore: StateStore) throws -> SiteState.Archive? {
        if let archive = stateStore.state.archive { return archive }
        try queues.checkTrust()
        // Version 0.1 stored it next to the state.
        let path = [queues.archivePath, folder.queuePath].first { FileManager.default.fileExists(atPath: $0) }
        return path.map { .init(path: $0, guest: "") }
    }

    /// Records the waiting queue. If its guest still exists, none of its messages are imported into that guest again.
    func adoptQueue(in run: RunContext) throws {
        for half in [queues.archivePath, folder.queuePath].map(QueueRun.partial)
        where FileManager.default.fileExists(atPath: half) { try DurableFile.remove(half) }
        guard let archive = try waitingArchive(run.stateStore) else { return }
        try run.stateStore.update { $0.archive = archive }
    }

    /// Records a mail queue that the user has named, for the import into the guest.
    ///
    /// - Throws: ``QueueError/waiting(path:)`` if another queue waits; ``QueueError`` if the file is no mail queue.
    func adoptQueue(from path: String, in run: RunContext) async throws {
        try adoptQueue(in: run)
        if let waiting = run.stateStore.state.archive, waiting.path != path {
            throw QueueError.waiting(path: waiting.path)
        }
        _ = try await QueueArchive(path: path).content()
        if run.stateStore.state.archive == nil { try run.stateStore.update { $0.archive = .init(path: path) } }
    }

    /// Cancels the import of the waiting queue. The file is kept under a name that later runs ignore.
    func discardImport(in run: RunContext) throws {
        try adoptQueue(in: run)
        guard let archive = run.stateStore.state.archive else {
            run.report(.note("there is no mail queue to import"))
            return
        }
        var path = archive.path
        if archive.guest != nil, FileManager.default.fileExists(atPath: path) {
            path += ".discarded-\(Date().formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted)))"
            try DurableFile.rename(archive.path, to: path)
        }
        try run.stateStore.update { $0.archive = nil }
        run.report(.note("discarded the import of \(archive.path); the file is kept as \(path)"))
    }

    /// Imports the mail of an earlier guest into this one's queue.
    func importArchive(
        into guest: LocatedGuest,
        _ connection: SSHConnection,
        in run: RunContext
    ) async throws {
        guard let archive = run.stateStore.state.archive else { return }
        // If the guest that it came from was not destroyed, all messages are still in its queue.
        if archive.guest == nil || archive.guest != guest.view.mark?.id {
            try await QueueRun(guest: guest.id, connection: connection, report: run.report).importing(archive.path)
        }
        try forget(archive, run.stateStore)
    }

    /// Forgets a packed queue whose messages are in a guest, and removes the file unless the user has named it.
    private func forget(_ archive: SiteState.Archive, _ stateStore: StateStore) throws {
        try stateStore.update { $0.archive = nil }
        if archive.guest != nil { try DurableFile.remove(archive.path) }
    }

    /// Whether the waiting queue came from this guest, so that the guest's own queue replaces it.
    func isOwn(
        _ archive: SiteState.Archive, of guest: LocatedGuest, in run: RunContext
    ) async throws -> Bool {
        if let mark = guest.view.mark?.id, archive.guest == mark { return true }
        guard archive.guest == "", guest.mayHoldMail else { return false }
        return try await withRunning(guest, in: run) {
            try await $0.isOwn(QueueArchive(path: archive.path))
        }
    }

    /// Stops Postfix, then counts and packs its queue, so that no message can arrive between the count and the
    /// destruction of the guest.
    ///
    /// - Parameter isKept: whether the exported queue is recorded for the import into the next guest.
    func empty(
        _ guest: LocatedGuest,
        _ policy: ReleasePolicy,
        isKept: Bool,
        in run: RunContext
    ) async throws {
        let waiting = run.stateStore.state.archive
        let (isExported, isOwn) = try await withRunning(guest, in: run) { run in
            var isOwn = waiting != nil && waiting?.guest == guest.view.mark?.id
            if let waiting, waiting.guest == "" {
                do { isOwn = try await run.isOwn(QueueArchive(path: waiting.path)) } catch is QueueError {
                    // The file cannot be read, so it is kept for manual inspection.
                }
            }
            return (try await run.empty(policy), isOwn)
        }
        if isExported, isKept, let path = policy.export {
            try run.stateStore.update { $0.archive = .init(path: path, guest: guest.view.mark?.id) }
        }
        guard let waiting else { return }
        if isOwn {
            if waiting.path != policy.export { try DurableFile.remove(waiting.path) }
            if run.stateStore.state.archive == waiting { try run.stateStore.update { $0.archive = nil } }
        } else {
            run.report(
                .note(
                    "the mail queue \(waiting.path) is not imported yet; `mxprovision up` imports it into the next guest"
                ))
        }
    }

    /// Calls the body with a connection to the guest, which is started first if it is stopped.
    private func withRunning<Result>(
        _ guest: LocatedGuest,
        in run: RunContext,
        _ body: (QueueRun) async throws -> Result
    ) async throws -> Result {
        let provision = try provision(run.stateStore, holding: run.lease, run.report)
        let access = access(run.stateStore, run.report)
        let running = try await provision.running(guest)
        let connection: SSHConnection
        do { connection = try await access.open(running, on: host) } catch let error as ShellError {
            throw QueueError.unknown(guest: guest.id, reason: ErrorDescription(error).text)
        }
        return try await withConnection(connection, endingWith: { await $0.close() }) { connection in
            try await body(QueueRun(guest: guest.id, connection: connection, report: run.report))
        }
    }

    /// Starts Postfix again in a guest that is kept, even if the run was cancelled. Does nothing if another operator
    /// may hold the site by now: that one may have stopped Postfix for its own teardown.
    func resumePostfix(
        _ guest: LocatedGuest, in run: RunContext
    ) async {
        // The first error is the one to report.
        try? await uninterrupted {
            try await run.lease.renew()
            guard await run.lease.isHeld, let now = try await host.look(at: guest.id, on: guest.node),
                now.view.isRunning
            else { return }
            let connection = try await access(run.stateStore, run.report).connection(to: now, on: host)
            _ = try await withConnection(connection, endingWith: { await $0.close() }) {
                try await $0.query([MailQueue.resume])
            }
        }
    }
}
