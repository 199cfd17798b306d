import MailChecks
import RemoteShell

/// A guest reached by ssh, directly or through its node.
struct SSHConnection: GuestConnection {
    let shell: SSHShell
    private let guest: Int?

    private let manner: Manner

    /// How a connection is used.
    struct Manner: Sendable {
        /// Whether it stays for two minutes, and one that an earlier run has left is used.
        var isKept = false
        /// Whether each script is timed in the guest.
        var isTimed = false
        /// Told where the scripts of an earlier run are still at work, and so this one's wait.
        var onWaiting: @Sendable () -> Void = {}
    }

    init(_ destination: SSHDestination, into guest: Int? = nil, _ manner: Manner = Manner()) throws {
        shell = try SSHShell(destination, into: guest, isKept: manner.isKept)
        self.guest = guest
        self.manner = manner
    }

    func run(_ errands: [Errand]) async throws -> [Completion] {
        do { return try await run(errands, patience: 2) } catch ShellError.occupied {
            manner.onWaiting()
            // As long as a package manager may be at work.
            return try await run(errands, patience: 600)
        }
    }

    private func run(_ errands: [Errand], patience: Int) async throws -> [Completion] {
        try await Survey.run(
            errands, lock: "/run/mxprovision.lock", patience: patience, timed: manner.isTimed, through: shell)
    }

    func reopened() async throws -> any GuestConnection { try SSHConnection(shell.destination, into: guest) }

    func question(of verification: Verification) throws -> Script { try session(of: verification).script }

    func judge(_ answer: Completion, of verification: Verification) async throws -> [VerifiedCheck] {
        try await session(of: verification).judge(answer)
    }

    private func session(of verification: Verification) -> LoopbackSession {
        LoopbackSession(
            check: BackupMXCheck(verification.expected), host: shell.name,
            flag: MailProtection(verification: verification).flag)
    }

    func protection(of verification: Verification) -> ServiceProtection? {
        MailProtection(verification: verification).protection
    }

    func close() async { await shell.close() }

    /// Ends it even where it is to be kept.
    func end() async { await shell.end() }
}
