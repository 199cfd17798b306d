import Alerts
import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import Guests
import ProxmoxAPI
import RemoteShell
import Resources
import Sites

/// Drains, exports and imports a guest's mail queue. No message is lost or duplicated.
struct QueueRun: Sendable {
    let guest: GuestID
    let connection: SSHConnection
    let report: EventHandler

    /// Stops Postfix with an empty queue, or with a queue that is also stored in a file.
    ///
    /// While the guest exists, only its own queue counts. A file that was packed from it before is replaced, or removed
    /// if all of its messages have left the queue since.
    ///
    /// - Returns: whether the queue is stored in a file.
    /// - Throws: ``QueueError``; Postfix may be stopped then.
    func empty(_ policy: ReleasePolicy) async throws -> Bool {
        if let path = policy.export {
            try? FileManager.default.removeItem(atPath: Self.partial(path))
            if FileManager.default.fileExists(atPath: path) {
                do {
                    guard try await isOwn(QueueArchive(path: path)) else { throw QueueError.occupied(path: path) }
                } catch QueueError.unreadable { throw QueueError.occupied(path: path) }
            }
        }
        var left = try await count(MailQueue.size)
        // Mail that a drill holds would not drain, and the record of the drill may be lost.
        if left > 0 { _ = try await connection.query([DrillHold.lift]) }
        if left > 0, policy.drain > 0 {
            report(.waiting("waiting up to \(policy.drain) s for \(Self.messages(left)) to leave the queue"))
            left = try await Timeouts.extended(by: .seconds(policy.drain)) {
                try await count(MailQueue.drain(seconds: policy.drain))
            }
        }
        guard left == 0 || policy.export != nil else { throw QueueError.notEmpty(guest: guest, messages: left) }
        let aside = try await count(MailQueue.asideSize)
        guard aside == 0 || policy.export != nil else { throw QueueError.putAside(guest: guest, messages: aside) }
        left = try await count(MailQueue.silence)
        guard left > 0 else {
            report(.note("the mail queue is empty"))
            if let path = policy.export, FileManager.default.fileExists(atPath: path) {
                try DurableFile.remove(path)
                report(.note("removed \(path): its messages have left the queue since it was written"))
            }
            return false
        }
        guard let path = policy.export else { throw QueueError.notEmpty(guest: guest, messages: left) }
        try await export(left, to: path)
        return true
    }

    /// Whether a packed queue came from this guest's queue, or was imported into it. If so, all of its messages are in
    /// the guest's own queue, or have left it.
    func isOwn(_ archive: QueueArchive) async throws -> Bool {
        let id = try await archive.content().id
        return try await connection.query([MailQueue.knows(id)])[0].text.hasPrefix("yes")
    }

    /// Packs the queue of a stopped Postfix into a file, and counts its messages.
    private func export(_ messages: Int, to path: String) async throws {
        let partial = Self.partial(path)
        let packed: CommandResult
        do {
            packed = try await connection.shell.receive(
                MailQueue.pack(id: UUID().uuidString.lowercased()), into: partial)
        } catch let error where ErrorDescription.isFileError(error) {
            // For example because of a full disk, which the incomplete file would keep full.
            try? FileManager.default.removeItem(atPath: partial)
            throw QueueError.notExported(path: path, reason: ErrorDescription.reason(of: error))
        }
        guard packed.exit == 0 else {
            throw QueueError.notExported(path: path, reason: packed.tail)
        }
        let found = try await QueueArchive(path: partial).content().messages
        guard found == messages else {
            throw QueueError.notExported(path: path, reason: "it contains \(found) of \(messages) messages")
        }
        try DurableFile.rename(partial, to: path)
        report(.note("exported \(Self.messages(messages)) to \(path)"))
    }

    /// Imports a packed queue into the guest's own. A second call changes nothing.
    ///
    /// The complete file is checked on this machine before anything is sent, because the guest stops Postfix during the
    /// import.
    ///
    /// - Throws: ``QueueError/missing(path:)``, ``QueueError/unreadable(path:reason:)``,
    ///   ``QueueError/notImported(path:reason:)``
    func importing(_ path: String) async throws {
        let expected = try await QueueArchive(path: path).content().messages
        let answer = try await connection.shell.send(path, to: MailQueue.unpack)
        guard answer.exit == 0 else { throw QueueError.notImported(path: path, reason: answer.tail) }
        report(.note("imported \(Self.messages(expected)) from \(path)"))
    }

    private func count(_ script: Script) async throws -> Int {
        do { return try MailQueue.count(in: try await connection.query([script])[0]) } catch let error as ShellError {
            throw QueueError.unknown(guest: guest, reason: ErrorDescription(error).text)
        } catch let error as UnreadableAnswer {
            throw QueueError.unknown(guest: guest, reason: error.answer.tail)
        }
    }

    /// Returns the path of the incomplete file.
    static func partial(_ path: String) -> String { path + ".partial" }

    static func messages(_ count: Int) -> String { "\(count) message\(count == 1 ? "" : "s")" }
}
