import Foundation
import Subprocess
import Synchronization

/// A program that runs on this machine. Every program starts here, except the commands of secrets.
///
/// It runs in its own session, so that Ctrl-C in the terminal reaches only this process. Its environment contains no
/// variable that holds a secret. It is ended, with its process group, when its time is over or the task is cancelled.
struct ChildProcess: Sendable {
    var executable: String
    var arguments: [String]
    var environment = ChildEnvironment.minimal
    /// Variables that are added to those of the environment.
    var added: [String: String] = [:]
    var wait: Wait
    /// The host that errors name.
    var host: String

    /// The time between SIGTERM and SIGKILL.
    private static let grace = Duration.seconds(2)

    /// Runs the program, lets `body` exchange data with it, and waits until it ends.
    ///
    /// - Throws: ``ShellError/noProgram(_:)``, ``ShellError/notStarted(_:reason:)``,
    ///   ``ShellError/flooded(host:limit:)``, ``ShellError/overdue(host:_:limit:)``, `CancellationError`, and what
    ///   `body` throws.
    func run<Result, Output: OutputProtocol>(
        output: Output,
        _ body: (Execution<CustomWriteInput, Output, DataOutput>, Deadline) async throws -> Result
    ) async throws -> ExecutionResult<Result, Output, DataOutput> {
        BrokenPipe.isAnError()
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)]
        let variables = environment.variables().merging(added) { $1 }
        let deadline = Deadline(wait.limit, grace: Self.grace)
        defer { deadline.end() }
        do {
            let ended = try await Subprocess.run(
                await .found(executable, in: variables),
                arguments: Arguments(arguments),
                environment: .custom(
                    Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) })),
                platformOptions: options,
                input: .inputWriter,
                output: output,
                error: .data(limit: 4 << 20)
            ) { execution in
                deadline.begin(of: execution.processIdentifier.value)
                return try await body(execution, deadline)
            }
            if deadline.isOver { throw overdue }
            return ended
        } catch {
            if deadline.isOver { throw overdue }
            guard let error = error as? SubprocessError else { throw error }
            if Task.isCancelled { throw CancellationError() }
            switch error.code {
            case .executableNotFound: throw ShellError.noProgram(executable)
            case .outputLimitExceeded: throw ShellError.flooded(host: host, limit: ProcessShell.limit)
            default: throw ShellError.notStarted(executable, reason: error.description)
            }
        }
    }

    /// Runs the program with a text as its standard input, and passes on each piece of its output when it arrives. A
    /// piece does not restart the timeout.
    ///
    /// - Throws: as ``run(output:_:)``
    func run(sending text: String, onOutput take: (Data) -> Void) async throws -> CommandResult {
        let ended = try await run(output: .sequence) { execution, _ in
            // If ssh ends early, its output has the reason.
            _ = try? await execution.standardInputWriter.write(text)
            try? await execution.standardInputWriter.finish()
            var output = Data()
            for try await buffer in execution.standardOutput {
                let piece = buffer.withUnsafeBytes { Data($0) }
                guard output.count + piece.count <= ProcessShell.limit else {
                    throw ShellError.flooded(host: host, limit: ProcessShell.limit)
                }
                output += piece
                take(piece)
            }
            return output
        }
        try Task.checkCancellation()
        return CommandResult(
            exit: ProcessShell.status(ended.terminationStatus), output: ended.closureResult,
            errors: ended.standardError)
    }

    private var overdue: ShellError { .overdue(host: host, wait, limit: Int(wait.limit.components.seconds)) }
}

/// Ends a program and its process group when its time is over.
final class Deadline: Sendable {
    private struct State {
        var group: pid_t?
        var isOver = false
        var last = ContinuousClock.now
        var timer: Task<Void, Never>?
    }

    private let limit: Duration
    private let grace: Duration
    private let state = Mutex(State())

    init(_ limit: Duration, grace: Duration) {
        self.limit = limit
        self.grace = grace
    }

    /// Whether the time is over and the program was ended for that reason.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Restarts the timeout, because data has arrived.
    func restart() { state.withLock { $0.last = .now } }

    func begin(of group: pid_t) {
        RunningChildren.add(group)
        let timer = Task { [self] in
            while true {
                let end = state.withLock { $0.last } + limit
                guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return }
                guard state.withLock({ $0.last }) + limit <= .now else { continue }
                break
            }
            state.withLock { $0.isOver = true }
            await stop()
        }
        state.withLock {
            $0.group = group
            $0.last = .now
            $0.timer = timer
        }
    }

    /// Sends SIGTERM, and SIGKILL after the grace period.
    func stop() async {
        guard let group = state.withLock({ $0.group }) else { return }
        kill(-group, SIGTERM)
        guard (try? await Task.sleep(for: grace)) != nil else { return }
        kill(-group, SIGKILL)
    }

    /// Records that the program has ended. If it was stopped, the rest of its process group is killed.
    func end() {
        let (group, timer, isOver) = state.withLock { state in
            defer { state.group = nil }
            return (state.group, state.timer, state.isOver)
        }
        timer?.cancel()
        guard let group else { return }
        if isOver || Task.isCancelled { kill(-group, SIGKILL) }
        RunningChildren.remove(group)
    }
}
