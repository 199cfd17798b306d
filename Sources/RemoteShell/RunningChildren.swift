package import Foundation
import Synchronization

/// The programs that run at this moment, each the leader of its own process group.
public enum RunningChildren {
    private struct State {
        var groups: Set<pid_t> = []
        var isOver = false
    }

    private static let state = Mutex(State())

    /// Adds a program, or kills it at once if ``endAll()`` was called.
    package static func add(_ group: pid_t) {
        let isOver = state.withLock { state in
            state.groups.insert(group)
            return state.isOver
        }
        if isOver { kill(-group, SIGKILL) }
    }

    package static func remove(_ group: pid_t) { state.withLock { _ = $0.groups.remove(group) } }

    /// Ends all programs, those that are started later, and the ssh connections of this process. It is called when the
    /// process is about to exit.
    public static func endAll() {
        endPrograms()
        ConnectionFolder.removeAll()
    }

    private static func endPrograms() {
        let groups = state.withLock { state in
            state.isOver = true
            return state.groups
        }
        for group in groups { kill(-group, SIGTERM) }
        guard !groups.isEmpty else { return }
        // An ssh that gets SIGTERM removes its socket. A program that ignores SIGTERM delays the exit by 200 ms at
        // most.
        for _ in 1...20 where groups.contains(where: { kill(-$0, 0) == 0 }) { usleep(10_000) }
        for group in groups { kill(-group, SIGKILL) }
    }
}
