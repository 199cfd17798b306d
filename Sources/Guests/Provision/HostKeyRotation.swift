package import Engine
import Foundation
import ProxmoxAPI
import RemoteShell
import Resources

/// Gives a fresh clone its own ssh host keys, and records a guest's key in its notes.
///
/// A clone has its template's keys, which every other clone has too. The notes announce the new key before it is
/// installed. If a run dies in between, the next one knows both keys and can log in.
package struct HostKeyRotation: Sendable {
    package let access: GuestAccess
    package let lease: SiteLease
    let report: EventHandler

    package init(
        access: GuestAccess,
        lease: SiteLease,
        report: @escaping EventHandler
    ) {
        self.access = access
        self.lease = lease
        self.report = report
    }

    /// Records the guest's key, after replacing the template's keys.
    ///
    /// - Parameters:
    ///   - connection: an open connection to the guest; it is closed if the keys change.
    ///   - guest: the guest, held by the lease.
    /// - Returns: the guest's current state, and a connection that has verified the recorded key.
    /// - Throws: ``RunError``, `ShellError`, ``GuestError``, ``LeaseError``, `APIError`
    package func record(
        _ connection: SSHConnection, of guest: LocatedGuest
    ) async throws -> (guest: LocatedGuest, connection: SSHConnection) {
        let current = try await keys(from: connection.query([HostKeys.readOwn])[0])
        switch guest.hostKeys {
        case .own(let recorded)? where recorded == current: return (guest, connection)
        case .inherited(let announced)? where !announced.isEmpty && announced == current:
            return try await finish(connection, of: guest, with: current, startingAt: .now)
        case .inherited?: return try await replace(connection, of: guest)
        // A guest of version 0.1 whose run died before it replaced the template's keys.
        case nil where isPinned(current): return try await replace(connection, of: guest)
        case nil, .own?:
            let change = Change("ssh host key in the guest's notes", from: nil, to: current[0])
            report(.changing(step: Self.step, [change]))
            let guest = try await lease.rewriteNotes(of: guest) { HostKeyRecord.own(current).written(into: $0) }
            try access.keys.pin(current, as: access.alias(guest.id.rawValue))
            report(.changed(step: Self.step, [change], took: .zero))
            return (guest, connection)
        }
    }

    package static let step = "host keys"

    private func isPinned(_ current: [String]) -> Bool {
        if case .pinned(let key) = access.ssh.trust { current == [key.description] } else { false }
    }

    private func replace(
        _ connection: SSHConnection, of guest: LocatedGuest
    ) async throws -> (guest: LocatedGuest, connection: SSHConnection) {
        let start = ContinuousClock.now
        report(.changing(step: Self.step, []))
        let folder = UUID().uuidString
        let fresh = try await keys(from: connection.run([.change(HostKeys.prepare(in: folder))])[0])
        let alias = access.alias(guest.id.rawValue)
        let guest = try await lease.rewriteNotes(of: guest) {
            HostKeyRecord.inherited(announced: fresh).written(into: $0)
        }
        let known = try access.keys.keys(of: alias)
        try access.keys.pin(known + fresh.filter { !known.contains($0) }, as: alias)
        let installed = try await connection.run([.change(HostKeys.install(from: folder))])[0]
        guard installed.exit == 0 else {
            throw RunError.repairFailed(step: Self.step, exit: installed.exit, errors: installed.tail)
        }
        return try await finish(connection, of: guest, with: fresh, startingAt: start)
    }

    /// Reloads sshd with the installed key, verifies the key by a new login, and records it as the only one.
    private func finish(
        _ connection: SSHConnection, of guest: LocatedGuest, with fresh: [String],
        startingAt start: ContinuousClock.Instant
    ) async throws -> (guest: LocatedGuest, connection: SSHConnection) {
        let reloaded = try await connection.run([.change(HostKeys.reload)])[0]
        guard reloaded.exit == 0 else {
            throw RunError.repairFailed(step: Self.step, exit: reloaded.exit, errors: reloaded.tail)
        }
        // An open connection would hide which key the guest presents now.
        await connection.close()
        try access.keys.pin(fresh, as: access.alias(guest.id.rawValue))
        let renewed = try access.connection(to: connection.shell.destination.host, of: guest.id.rawValue)
        try await access.waitForLogin(renewed)
        let recorded = try await lease.rewriteNotes(of: guest) { HostKeyRecord.own(fresh).written(into: $0) }
        let change = Change("ssh host keys", from: "the template's", to: "its own")
        report(.changed(step: Self.step, [change], took: ContinuousClock.now - start))
        return (recorded, renewed)
    }

    /// Returns the Ed25519 key alone: every ssh since OpenSSH 6.5 supports it, and the notes stay short.
    private func keys(from answer: CommandResult) throws -> [String] {
        let keys = HostKeys.keys(in: answer.text).filter { $0.hasPrefix("ssh-ed25519 ") }
        guard answer.exit == 0, !keys.isEmpty else {
            throw RunError.repairFailed(step: Self.step, exit: answer.exit, errors: answer.tail)
        }
        return keys
    }
}
