package import Engine
package import RemoteShell

/// A guest reached by ssh, directly or through its node.
package struct SSHConnection: GuestConnection {
    package let shell: SSHShell
    private let guest: Int?

    private let connectionOptions: ConnectionOptions

    /// Options of a connection.
    package struct ConnectionOptions: Sendable {
        /// Whether it stays open for two minutes, and one that an earlier run has left open is used.
        package var isKept = false
        /// Whether the guest measures the duration of each script.
        package var isTimed = false
        /// Called if scripts of an earlier run are still running in the guest, so that this run has to wait.
        var onWaiting: @Sendable () -> Void = {}
        /// Gets the running step about once a second while the guest is changed; nil if it is not shown.
        var onProgress: ProgressReport?

        package init(
            isKept: Bool = false,
            isTimed: Bool = false,
            onWaiting: @escaping @Sendable () -> Void = {},
            onProgress: ProgressReport? = nil
        ) {
            self.isKept = isKept
            self.isTimed = isTimed
            self.onWaiting = onWaiting
            self.onProgress = onProgress
        }
    }

    package init(
        _ destination: SSHDestination, into guest: Int? = nil,
        _ connectionOptions: ConnectionOptions = ConnectionOptions()
    )
        throws
    {
        shell = try SSHShell(destination, into: guest, isKept: connectionOptions.isKept)
        self.guest = guest
        self.connectionOptions = connectionOptions
    }

    package func run(_ commands: [RemoteCommand]) async throws -> [CommandResult] {
        do { return try await run(commands, patience: 2) } catch ShellError.occupied {
            connectionOptions.onWaiting()
            // A package manager may run for up to 10 minutes.
            return try await run(commands, patience: 600)
        }
    }

    private func run(_ commands: [RemoteCommand], patience: Int) async throws -> [CommandResult] {
        try await CommandBatch.run(
            commands, lock: "/run/mxprovision.lock", patience: patience, timed: connectionOptions.isTimed,
            onProgress: report(of: commands), through: shell)
    }

    /// Returns the progress callback, or nil if no step of these scripts can be shown.
    private func report(of commands: [RemoteCommand]) -> (@Sendable (BatchProgress) -> Void)? {
        guard let report = connectionOptions.onProgress, commands.contains(where: { $0.name != nil }) else {
            return nil
        }
        return { progress in RunningStep(progress, of: commands).map(report) }
    }

    package func reopened() async throws -> any GuestConnection { try SSHConnection(shell.destination, into: guest) }

    package var name: String { shell.name }

    package func close() async { await shell.close() }

    /// Ends the connection even if it is a kept one.
    package func end() async { await shell.end() }
}
