import ConfigurationFiles
package import RemoteShell

/// What a run is doing in the guest at the moment, for a display that is refreshed continuously.
///
/// It is not an ``Event``: it is only read if it is shown, and nothing depends on it.
public struct RunningStep: Sendable, Hashable {
    /// The step, or the handler.
    public var name: String
    /// The last line that its script has printed; empty if it has printed none. The text comes from the guest and may
    /// contain any character.
    public var output: String

    public init(name: String, output: String) {
        self.name = name
        self.output = output
    }
}

extension RunningStep {
    /// Returns nil if the script has no name.
    package init?(_ progress: BatchProgress, of commands: [RemoteCommand]) {
        guard let name = commands[progress.index].name else { return nil }
        self.init(name: name, output: progress.line)
    }
}

/// Receives the running step for display.
public typealias ProgressReport = @Sendable (RunningStep) -> Void
