import Foundation
import Subprocess
import Synchronization

/// A program on this machine that is to be run: every one except the commands of secrets is started here.
///
/// It runs in a session of its own, so that a terminal's Ctrl-C reaches only us; it has no variable of the environment
/// that holds a secret; and it is ended, with its process group, when its time is over or the task is cancelled.
struct ChildProcess: Sendable {
    var executable: String
    var arguments: [String]
    var environment = ChildEnvironment.minimal
    var wait: Wait
    /// Named in errors.
    var host: String

    /// How long a program may take to end after SIGTERM, before SIGKILL.
    private static let grace = Duration.seconds(2)

    /// Runs the program, has `body` talk to it, and waits for its end.
    ///
    /// - Throws: ``ShellError/noProgram(_:)``, ``ShellError/notStarted(_:reason:)``, ``ShellError/flooded(host:limit:)``,
    ///   ``ShellError/overdue(_:)``, `CancellationError`, and what `body` throws.
    func run<Result, Output: OutputProtocol>(
        output: Output,
        _ body: (Execution<CustomWriteInput, Output, DataOutput>, Deadline) async throws -> Result
    ) async throws -> ExecutionResult<Result, Output, DataOutput> {
        BrokenPipe.isAnError()
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)]
        let variables = environment.variables()
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

    private var overdue: ShellError { .overdue(host: host, wait, limit: Int(wait.limit.components.seconds)) }
}

/// Ends a program, with its process group, when its time is over.
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

    /// Whether the program was ended because of it.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Starts the time again: something has arrived.
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

    /// SIGTERM, and SIGKILL after a moment.
    func stop() async {
        guard let group = state.withLock({ $0.group }) else { return }
        kill(-group, SIGTERM)
        guard (try? await Task.sleep(for: grace)) != nil else { return }
        kill(-group, SIGKILL)
    }

    /// The program has ended. If it was stopped, nothing of its group stays.
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
