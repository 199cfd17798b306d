import Foundation
import Subprocess

/// A program of the host that the lab calls; a failing one throws what it said.
struct Tool: Sendable {
    var words: [String]

    init(_ words: String...) { self.words = words }
    init(_ words: [String]) { self.words = words }

    /// The same program, inside a network namespace.
    ///
    /// By `nsenter`, because `ip netns exec` mounts a fresh /sys that hides the control groups from LXC.
    func inside(_ namespace: Namespace) -> Tool {
        Tool(["nsenter", "--net=\(namespace.path)", "--"] + words)
    }

    /// Runs to the end; returns standard output. Throws ``LabError/tool(_:_:_:)`` unless it exits with 0.
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

    /// A program need not read its input to the end: what it says and how it ends is told all the same.
    func outcome(input: String = "") async throws -> Outcome {
        Self.outliveClosedPipes
        let result = try await Subprocess.run(
            .name(words[0]),
            arguments: Arguments(Array(words.dropFirst())),
            input: .inputWriter,
            output: .string(limit: 8 << 20),
            error: .string(limit: 8 << 20)
        ) { execution in
            // Where Subprocess itself writes an input in vain, it traps (swiftlang/swift-subprocess#367).
            _ = try? await execution.standardInputWriter.write(input)
            try? await execution.standardInputWriter.finish()
        }
        return Outcome(
            status: Int32(result.terminationStatus.shellStatus),
            output: result.standardOutput,
            said: result.standardError
        )
    }

    /// Writing to a program that has ended fails; by default it would end this process too, without a word.
    ///
    /// By a handler, because what `pvelab run` becomes would inherit an ignored signal.
    private static let outliveClosedPipes: Void = { signal(SIGPIPE) { _ in } }()

    struct Outcome: Sendable {
        /// As a shell tells it: 128 + signal for a killed process.
        var status: Int32
        var output: String
        var said: String
    }

    /// Starts the program in a session of its own, its words going to `log`; it outlives this process.
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
