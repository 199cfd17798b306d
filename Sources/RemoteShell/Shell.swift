public import struct Foundation.Data

/// Runs scripts on a host.
public protocol Shell: Sendable {
    /// Runs a script with `/bin/sh` and waits until it ends.
    ///
    /// - Throws: ``ShellError`` if the host could not be reached or the connection broke. An exit status other than
    ///   zero is a result, not an error.
    func run(_ script: Script) async throws -> CommandResult
    /// Runs a script like ``run(_:)``, with the limit of a given wait.
    ///
    /// - Throws: also ``ShellError/overdue(host:_:limit:)``
    func run(_ script: Script, _ wait: Wait) async throws -> CommandResult
    /// Runs a script like ``run(_:_:)``, and passes on each piece of its standard output when it arrives.
    ///
    /// - Parameter take: receives the pieces, in order; the result contains them too.
    func run(_ script: Script, _ wait: Wait, onOutput take: (Data) -> Void) async throws -> CommandResult
}

extension Shell {
    public func run(_ script: Script, _ wait: Wait) async throws -> CommandResult { try await run(script) }

    /// Runs the script and passes on no output.
    public func run(_ script: Script, _ wait: Wait, onOutput take: (Data) -> Void) async throws -> CommandResult {
        try await run(script, wait)
    }
}

/// The exit status and the outputs of a script.
public struct CommandResult: Sendable, Hashable {
    /// The exit status; 128 plus the signal's number if a signal ended the script.
    public var exit: Int
    /// The standard output.
    public var output: Data
    /// The standard error.
    public var errors: Data
    /// How long the script ran, on the host's own clock; nil if it was not measured.
    public var took: Duration?

    public init(exit: Int, output: Data = Data(), errors: Data = Data(), took: Duration? = nil) {
        self.exit = exit
        self.output = output
        self.errors = errors
        self.took = took
    }

    /// Standard output as text; bytes that are not UTF-8 become U+FFFD.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// Standard error as text; bytes that are not UTF-8 become U+FFFD.
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
}
