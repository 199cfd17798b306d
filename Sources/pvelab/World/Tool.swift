import Foundation
import Subprocess

/// A program of the host. If it fails, its error message is thrown.
struct Tool: Sendable {
    var words: [String]

    init(_ words: String...) { self.words = words }
    init(_ words: [String]) { self.words = words }

    /// Returns the same program inside a network namespace.
    ///
    /// It uses `nsenter`, because `ip netns exec` mounts a new /sys that hides the control groups from LXC.
    func inside(_ namespace: Namespace) -> Tool {
        Tool(["nsenter", "--net=\(namespace.path)", "--"] + words)
    }

    /// Runs the program and returns its standard output.
    ///
    /// - Throws: ``LabError/tool(_:_:_:)`` if its exit status is not 0.
    @discardableResult
    func run(input: String = "") async throws -> String {
        let result = try await outcome(input: input)
        guard result.status == 0 else {
            throw LabError.tool(words.joined(separator: " "), result.status, result.said)
        }
        return result.output
    }

    func succeeds() async -> Bool {
        (try? await outcome())?.status == 0
    }

    /// Runs the program and returns its output and status, even if it does not read its input to the end.
    func outcome(input: String = "") async throws -> Outcome {
        Self.outliveClosedPipes
        let result = try await Subprocess.run(
            .name(words[0]),
            arguments: Arguments(Array(words.dropFirst())),
            input: .inputWriter,
            output: .string(limit: 8 << 20),
            error: .string(limit: 8 << 20)
        ) { execution in
            // Subprocess traps if it writes an input that is not read (swiftlang/swift-subprocess#367), so the input is
            // written here.
            _ = try? await execution.standardInputWriter.write(input)
            try? await execution.standardInputWriter.finish()
        }
        return Outcome(
            status: Int32(result.terminationStatus.shellStatus),
            output: result.standardOutput,
            said: result.standardError
        )
    }

    /// Makes a write to an ended program fail. By default it would also kill this process, without a message.
    ///
    /// This is a handler, because the program that `pvelab run` executes would inherit an ignored signal.
    private static let outliveClosedPipes: Void = { signal(SIGPIPE) { _ in } }()

    struct Outcome: Sendable {
        /// The exit status in the convention of a shell: 128 + signal for a killed process.
        var status: Int32
        var output: String
        var said: String
    }

    /// Starts the program in its own session and writes its output to `log`. It outlives this process.
    func detach(log: String) async throws {
        try await Tool(["setsid", "-f", "sh", "-c", #"exec "$@" >>"$0" 2>&1 </dev/null"#, log] + words).run()
    }
}

extension TerminationStatus {
    var shellStatus: Int {
        switch self {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        }
    }
}
