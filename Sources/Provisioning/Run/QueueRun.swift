import Foundation
import ProxmoxAPI
import RemoteShell

/// What is done to a guest's mail queue, so that no message is lost and none is there twice.
struct QueueRun: Sendable {
    let guest: GuestID
    let connection: SSHConnection
    let report: Report

    /// Stops Postfix with an empty queue, or with one that lies in a file as well.
    ///
    /// - Returns: whether it lies in a file.
    /// - Throws: ``QueueError``; Postfix runs then as before.
    func empty(_ policy: Provisioner.QueuePolicy) async throws -> Bool {
        var left = try await count(MailQueue.size)
        // What a drill holds would not drain, and nobody may be left who remembers it.
        if left > 0 { _ = try await connection.query([DrillHold.lift]) }
        if left > 0, policy.drain > 0 {
            report(.waiting("\(Self.messages(left)) to leave the queue, at most \(policy.drain) s"))
            left = try await Timeouts.extended(by: .seconds(policy.drain)) {
                try await count(MailQueue.drain(seconds: policy.drain))
            }
        }
        guard left == 0 || policy.export != nil else { throw QueueError.notEmpty(guest: guest, messages: left) }
        do {
            left = try await count(MailQueue.silence)
            guard left > 0 else {
                report(.note("the mail queue is empty"))
                return false
            }
            guard let path = policy.export else { throw QueueError.notEmpty(guest: guest, messages: left) }
            try await export(left, to: path)
            return true
        } catch {
            // What went wrong first is what is told.
            _ = try? await connection.query([MailQueue.resume])
            throw error
        }
    }

    /// Packs the queue of a silenced Postfix into a file, and counts what is in it.
    private func export(_ messages: Int, to path: String) async throws {
        let partial = Self.partial(path)
        try? FileManager.default.removeItem(atPath: partial)
        let packed = try await connection.shell.receive(
            MailQueue.pack(id: UUID().uuidString.lowercased()), into: partial)
        guard packed.exit == 0 else {
            throw QueueError.notExported(path: path, reason: packed.tail)
        }
        let found = try await QueueArchive(path: partial).messages()
        guard found == messages else {
            throw QueueError.notExported(path: path, reason: "it holds \(found) of \(messages) messages")
        }
        try DurableFile.rename(partial, to: path)
        report(.note("\(Self.messages(messages)) lie in \(path)"))
    }

    /// Puts a packed queue into the guest's own; a second time changes nothing.
    ///
    /// - Throws: ``QueueError/notImported(path:reason:)``
    func importing(_ path: String) async throws {
        let expected = try await QueueArchive(path: path).messages()
        let answer = try await connection.shell.send(path, to: MailQueue.unpack)
        guard answer.exit == 0 else { throw QueueError.notImported(path: path, reason: answer.tail) }
        report(.note("\(Self.messages(expected)) of \(path) are in the queue"))
    }

    private func count(_ script: Script) async throws -> Int {
        do { return try MailQueue.count(in: try await connection.query([script])[0]) } catch let error as ShellError {
            throw QueueError.unknown(guest: guest, reason: Complaint(error).text)
        } catch let error as UnreadableAnswer {
            throw QueueError.unknown(guest: guest, reason: error.answer.tail)
        }
    }

    /// What is not yet whole.
    static func partial(_ path: String) -> String { path + ".partial" }

    static func messages(_ count: Int) -> String { "\(count) message\(count == 1 ? "" : "s")" }
}
