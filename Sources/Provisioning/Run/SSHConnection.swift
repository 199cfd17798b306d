import MailChecks
import RemoteShell

/// A guest reached by ssh, directly or through its node.
struct SSHConnection: GuestConnection {
    let shell: SSHShell
    private let guest: Int?

    init(_ destination: SSHDestination, into guest: Int? = nil) throws {
        shell = try SSHShell(destination, into: guest)
        self.guest = guest
    }

    func ask(_ scripts: [Script]) async throws -> [Completion] { try await Survey.ask(scripts, through: shell) }

    func reopened() async throws -> any GuestConnection { try SSHConnection(shell.destination, into: guest) }

    func verify(_ verification: Verification) async throws -> [VerifiedCheck] {
        let check = BackupMXCheck(verification.expected)
        let findings = try await StreamConnector(shell: shell, address: "127.0.0.1").withStream { stream in
            try await check.judge(SMTPDialogue(over: stream))
        }
        return findings.map(VerifiedCheck.init)
    }

    func close() async { await shell.close() }
}
