/// One script of a batch that runs in a single ssh round trip.
public struct RemoteCommand: Sendable, Hashable {
    /// The script that runs on the host.
    public let script: Script
    let isChange: Bool
    /// The name that is shown while the script runs; nil if none is shown.
    public private(set) var name: String?
    /// How long the script may wait on purpose, beyond the time limit of a script.
    public private(set) var pause = Duration.zero

    /// Creates a command that only reads. Any exit status is a result, and the batch continues.
    public static func query(_ script: Script) -> RemoteCommand { RemoteCommand(script: script, isChange: false) }

    /// Creates a command that changes the host. The batch stops after it unless its exit status is 0.
    public static func change(_ script: Script) -> RemoteCommand { RemoteCommand(script: script, isChange: true) }

    /// Returns the command with a name that is shown while the script runs.
    public func named(_ name: String) -> RemoteCommand {
        var command = self
        command.name = name
        return command
    }

    /// Returns the command with a time for which the script may wait on purpose.
    public func pausing(_ pause: Duration) -> RemoteCommand {
        var command = self
        command.pause = pause
        return command
    }

    private init(script: Script, isChange: Bool) {
        self.script = script
        self.isChange = isChange
    }

    func isStopped(by answer: CommandResult) -> Bool { isChange && answer.exit != 0 }
}
