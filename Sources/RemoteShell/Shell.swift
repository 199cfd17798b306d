public import struct Foundation.Data

/// How a script reaches a host.
public protocol Shell: Sendable {
    /// Runs a script with `/bin/sh` and waits for its end.
    ///
    /// - Throws: ``ShellError`` if the host could not be reached or the connection broke; an exit status other than
    ///   zero is an answer, not an error.
    func run(_ script: Script) async throws -> Completion
    /// Runs a script like ``run(_:)``, with the limit of a certain wait.
    ///
    /// - Throws: also ``ShellError/overdue(host:_:limit:)``
    func run(_ script: Script, _ wait: Wait) async throws -> Completion
}

extension Shell {
    public func run(_ script: Script, _ wait: Wait) async throws -> Completion { try await run(script) }
}

/// What a script left behind.
public struct Completion: Sendable, Hashable {
    public var exit: Int
    public var output: Data
    public var errors: Data
    /// How long it ran, on the host's own clock; nil where that was not asked.
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
