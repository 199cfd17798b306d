import Foundation
import Provisioning
import RemoteShell
import Synchronization

/// What the person has asked for by Ctrl-C, SIGTERM, or by closing the terminal.
enum Interruption {
    /// The work that the first signal cancels.
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
    /// Nothing on it waits, so that the second signal is always handled.
    private static let queue = DispatchQueue(label: "signals", qos: .userInitiated)

    /// Handles signals from now on, once a process. A hang-up that the caller has told us to ignore, as nohup(1) does, stays
    /// ignored.
    static func begin() {
        state.withLock { state in
            guard state.sources.isEmpty else { return }
            for number in [SIGINT, SIGTERM, SIGHUP] {
                let before = signal(number, SIG_IGN)
                if number == SIGHUP, isIgnored(before) { continue }
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler {
                    // Two that have come before this is called are one event.
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
        // Standard error may be a pipe that nobody reads at this moment.
        Thread.detachNewThread { for work in fresh { work.announce() } }
    }

    /// Ends the process at once: with a journal entry, and without its children.
    private static func stop() -> Never {
        state.withLock { $0.isStopping = true }
        UnfinishedRuns.interruptAll()
        RunningChildren.endAll()
        _exit(ExitStatus.interrupted.code)
    }

    /// Waits for the end of the process if it is being stopped at once. The programs that are ended for that make the
    /// command fail, which must not decide the exit status.
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

/// Runs a command so that the first Ctrl-C stops it at the next safe point, and the second at once.
///
/// - Parameter announce: is called at the first one.
func interruptible<Result: Sendable>(
    announce: @escaping @Sendable () -> Void = {
        Console.talk("  stopping at the next safe point; once more to stop at once")
    },
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await body() }
    let id = Interruption.add(announce) { task.cancel() }
    defer { Interruption.remove(id) }
    return try await task.value
}
