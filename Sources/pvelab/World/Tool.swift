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

    func outcome(input: String = "") async throws -> Outcome {
        let result = try await Subprocess.run(
            .name(words[0]),
            arguments: Arguments(Array(words.dropFirst())),
            input: .string(input),
            output: .string(limit: 8 << 20),
            error: .string(limit: 8 << 20)
        )
        return Outcome(
            status: Int32(result.terminationStatus.shellStatus),
            output: result.standardOutput,
            said: result.standardError
        )
    }

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
