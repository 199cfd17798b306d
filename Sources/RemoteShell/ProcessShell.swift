public import Foundation
import Subprocess

/// A shell on this machine that reads scripts on standard input: `sh`, or an ssh that starts one on a host.
public struct ProcessShell: Shell {
    /// The maximum output of one run, in bytes.
    public static let limit = 64 << 20

    let executable: String
    let arguments: [String]
    let environment: ChildEnvironment
    /// The host that errors name; nil for this machine.
    let host: String?

    /// The local `sh`.
    public static let local = ProcessShell(executable: "sh", arguments: ["-s"])
    /// The local `sh` for commands that the operator has written. They may need any variable except the secrets.
    public static let operators = ProcessShell(executable: "sh", arguments: ["-s"], environment: .operators)

    public init(
        executable: String, arguments: [String], environment: ChildEnvironment = .minimal, host: String? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.host = host
    }

    public func run(_ script: Script) async throws -> CommandResult {
        try await run(script, Wait(.program, for: "a local program"))
    }

    /// Runs a script with the limit of `wait`.
    ///
    /// - Throws: ``ShellError/noProgram(_:)``, ``ShellError/flooded(host:limit:)``,
    ///   ``ShellError/overdue(host:_:limit:)``, `CancellationError`
    public func run(_ script: Script, _ wait: Wait) async throws -> CommandResult {
        try await send(Self.whole(script), wait)
    }

    public func run(_ script: Script, _ wait: Wait, onOutput take: (Data) -> Void) async throws -> CommandResult {
        try await child(wait).run(sending: Self.whole(script), onOutput: take)
    }

    /// Runs a script and passes on its output piece by piece, whatever its length. Each piece restarts the timeout.
    ///
    /// - Throws: as ``run(_:_:)``, and what `take` throws; the script is then ended.
    public func run(
        _ script: Script, _ wait: Wait, each take: ([UInt8]) throws -> Void
    ) async throws -> CommandResult {
        let text = Self.whole(script)
        let result = try await child(wait).run(output: .sequence) { execution, deadline in
            _ = try? await execution.standardInputWriter.write(text)
            try? await execution.standardInputWriter.finish()
            for try await buffer in execution.standardOutput {
                deadline.restart()
                try take(buffer.withUnsafeBytes { Array($0) })
            }
        }
        try Task.checkCancellation()
        return CommandResult(exit: Self.status(result.terminationStatus), errors: result.standardError)
    }

    /// Wraps a script in one compound command, which a shell runs only after it has read its end. Without it, a shell
    /// would run the first part of a script that is cut off in transit, down to half a path after `rm -rf`.
    static func whole(_ script: Script) -> String { "{ :\n\(script.text)\n}\n" }

    private func send(_ text: String, _ wait: Wait) async throws -> CommandResult {
        let result = try await child(wait).run(output: .data(limit: Self.limit)) { execution, _ in
            // If ssh ends early, its output has the reason. Subprocess traps if it writes an input itself and the pipe
            // is closed (swiftlang/swift-subprocess#367).
            _ = try? await execution.standardInputWriter.write(text)
            try? await execution.standardInputWriter.finish()
        }
        // A program that was ended by SIGTERM may report its own exit status for it, as ssh does.
        try Task.checkCancellation()
        return CommandResult(
            exit: Self.status(result.terminationStatus), output: result.standardOutput, errors: result.standardError)
    }

    private func child(_ wait: Wait) -> ChildProcess {
        ChildProcess(
            executable: executable, arguments: arguments, environment: environment, wait: wait,
            host: host ?? "this machine")
    }

    static func status(_ status: TerminationStatus) -> Int {
        switch status {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        }
    }
}
