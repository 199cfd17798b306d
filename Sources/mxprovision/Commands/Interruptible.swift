import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import RemoteShell
import Resources
import Sites
import Synchronization

/// Handles Ctrl-C, SIGTERM and SIGHUP (a closed terminal).
enum Interruption {
    /// Work that the first signal cancels.
    private struct Work {
        var cancel: @Sendable () -> Void
        var announce: @Sendable () -> Void
        var isCancelled = false
    }

    private struct State {
        var work: [Int: Work] = [:]
        var last = 0
        var sources: [any DispatchSourceSignal] = []
        var isStopping = false
    }

    private static let state = Mutex(State())
    /// Nothing on this queue blocks, so the second signal is always handled.
    private static let queue = DispatchQueue(label: "signals", qos: .userInitiated)

    /// Starts signal handling, once per process. A SIGHUP that the parent process ignores, as under nohup(1), stays
    /// ignored.
    static func begin() {
        state.withLock { state in
            guard state.sources.isEmpty else { return }
            for number in [SIGINT, SIGTERM, SIGHUP] {
                let before = signal(number, SIG_IGN)
                if number == SIGHUP, isIgnored(before) { continue }
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler {
                    // Two signals that arrive before this handler runs are one event.
                    for _ in 0..<max(1, min(source.data, 2)) { handle() }
                }
                source.resume()
                state.sources.append(source)
            }
        }
    }

    private static func isIgnored(_ handler: sighandler_t?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func handle() {
        let fresh = state.withLock { state in
            let fresh = state.work.filter { !$0.value.isCancelled }
            for id in fresh.keys { state.work[id]?.isCancelled = true }
            return fresh.values.map { $0 }
        }
        guard !fresh.isEmpty else { stop() }
        for work in fresh { work.cancel() }
        // Standard error may be a pipe that is not being read now.
        Thread.detachNewThread { for work in fresh { work.announce() } }
    }

    /// Ends the process immediately, after it writes a journal entry and kills its child processes.
    private static func stop() -> Never {
        state.withLock { $0.isStopping = true }
        UnfinishedRuns.interruptAll()
        RunningChildren.endAll()
        _exit(ExitStatus.interrupted.code)
    }

    /// Waits for the end of the process if an immediate stop is in progress. The killed child processes make the
    /// command fail, and that failure must not decide the exit status.
    static func awaitStop() {
        while state.withLock({ $0.isStopping }) { usleep(10_000) }
    }

    static func add(_ announce: @escaping @Sendable () -> Void, cancel: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.last += 1
            state.work[state.last] = Work(cancel: cancel, announce: announce)
            return state.last
        }
    }

    static func remove(_ id: Int) { state.withLock { _ = $0.work.removeValue(forKey: id) } }
}

/// Runs a command that the first Ctrl-C stops at the next safe point and the second Ctrl-C stops immediately.
///
/// - Parameters:
///   - announce: Called at the first signal.
///   - showsProgress: Whether the last line of the terminal shows the running step.
func interruptible<Result: Sendable>(
    announce: @escaping @Sendable () -> Void = {
        Console.talk("  stopping at the next safe point; press Ctrl-C again to stop immediately")
    },
    showsProgress: Bool = true,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await body() }
    let id = Interruption.add(announce) { task.cancel() }
    defer { Interruption.remove(id) }
    guard showsProgress else { return try await task.value }
    return try await ProgressLine.showing { try await task.value }
}
