import Foundation
import Subprocess

/// An interpreter on this machine, fed on standard input: `sh`, or an ssh that leads to one.
public struct ProcessShell: Shell {
    /// The most that one run may answer, in bytes.
    public static let limit = 64 << 20

    let executable: String
    let arguments: [String]
    let environment: ChildEnvironment
    /// Named in errors; nil for this machine.
    let host: String?

    /// The local `sh`.
    public static let local = ProcessShell(executable: "sh", arguments: ["-s"])
    /// The local `sh` for commands that the operator has written, which may need any variable but the secrets.
    public static let operators = ProcessShell(executable: "sh", arguments: ["-s"], environment: .operators)

    public init(
        executable: String, arguments: [String], environment: ChildEnvironment = .minimal, host: String? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.host = host
    }

    public func run(_ script: Script) async throws -> Completion {
        try await run(script, Wait(.program, for: "a local program"))
    }

    /// - Throws: ``ShellError/noProgram(_:)``, ``ShellError/flooded(host:limit:)``, ``ShellError/overdue(_:)``,
    ///   `CancellationError`
    public func run(_ script: Script, _ wait: Wait) async throws -> Completion {
        try await send(Self.whole(script), wait)
    }

    /// Runs a script and hands its output over piece by piece, whatever its length. The time starts again with each piece.
    ///
    /// - Throws: as ``run(_:_:)``, and what `take` throws; the script is then ended.
    public func run(
        _ script: Script, _ wait: Wait, each take: ([UInt8]) throws -> Void
    ) async throws -> Completion {
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
        return Completion(exit: Self.status(result.terminationStatus), errors: result.standardError)
    }

    /// A script in one compound command, which a shell carries out when it has read its end and not before: of a script
    /// that is cut off on its way, a shell would carry out what has come, down to half a path behind `rm -rf`.
    static func whole(_ script: Script) -> String { "{ :\n\(script.text)\n}\n" }

    private func send(_ text: String, _ wait: Wait) async throws -> Completion {
        let result = try await child(wait).run(output: .data(limit: Self.limit)) { execution, _ in
            // An ssh that ends early says why; where Subprocess itself writes an input in vain, it traps
            // (swiftlang/swift-subprocess#367).
            _ = try? await execution.standardInputWriter.write(text)
            try? await execution.standardInputWriter.finish()
        }
        // A program that was ended by SIGTERM may report it by an exit status of its own, as ssh does.
        try Task.checkCancellation()
        return Completion(
            exit: Self.status(result.terminationStatus), output: result.standardOutput, errors: result.standardError)
    }

    private func child(_ wait: Wait) -> ChildProcess {
        ChildProcess(
            executable: executable, arguments: arguments, environment: environment, wait: wait,
            host: host ?? "this machine")
    }

    private static func status(_ status: TerminationStatus) -> Int {
        switch status {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        }
    }
}
