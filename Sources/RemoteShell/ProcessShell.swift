import Foundation
import Subprocess

/// An interpreter on this machine, fed on standard input: `sh`, or an ssh that leads to one.
public struct ProcessShell: Shell {
    /// The most that one run may answer, in bytes.
    public static let limit = 64 << 20
    /// Standard errors are read by people.
    private static let errorLimit = 4 << 20

    let executable: String
    let arguments: [String]

    /// The local `sh`.
    public static let local = ProcessShell(executable: "sh", arguments: ["-s"])

    public init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }

    /// - Throws: ``ShellError/noProgram(_:)``, ``ShellError/flooded(host:limit:)``, `CancellationError`
    public func run(_ script: Script) async throws -> Completion {
        try await send(Self.whole(script))
    }

    /// A script in one compound command, which a shell carries out when it has read its end and not before: of a script
    /// that is cut off on its way, a shell would carry out what has come, down to half a path behind `rm -rf`.
    static func whole(_ script: Script) -> String { "{ :\n\(script.text)\n}\n" }

    private func send(_ text: String) async throws -> Completion {
        BrokenPipe.isAnError()
        do {
            let result = try await Subprocess.run(
                await .found(executable),
                arguments: Arguments(arguments),
                input: .inputWriter,
                output: .data(limit: Self.limit),
                error: .data(limit: Self.errorLimit)
            ) { execution in
                // An ssh that ends early says why; where Subprocess itself writes an input in vain, it traps
                // (swiftlang/swift-subprocess#367).
                _ = try? await execution.standardInputWriter.write(text)
                try? await execution.standardInputWriter.finish()
            }
            let exit: Int =
                switch result.terminationStatus {
                case .exited(let code): Int(code)
                // Who is cancelled has ended the process.
                case .signaled where Task.isCancelled: throw CancellationError()
                case .signaled(let signal): 128 + Int(signal)
                }
            return Completion(exit: exit, output: result.standardOutput, errors: result.standardError)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw ShellError.noProgram(executable)
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw ShellError.flooded(host: executable, limit: Self.limit)
        }
    }
}
