import Alerts
import BackupMX
import Engine
import Foundation
import Sites
import Synchronization

/// A board on the terminal, drawn at most five times a second, however many events there are.
final class LiveBoard: Sendable {
    private struct State {
        var board: FleetBoard
        var region = LiveRegion()
        var shown: [String] = []
        var width = 0
        var isOver = false
        /// The task that redraws the board.
        var drawing: Task<Void, Never>?
    }

    private let begun = ContinuousClock.now
    private let state: Mutex<State>
    /// The latest step of each site, by index. Never locked during a write: a terminal that is stopped (Ctrl-S) must
    /// not block the code that reports a step.
    private let updates = Mutex<[Int: String]>([:])

    init(_ names: [String], style: ConsoleLine.Style) {
        state = Mutex(State(board: FleetBoard(names, style: style)))
    }

    func start() {
        let drawing = Task { [weak self] in
            while !Task.isCancelled {
                self?.draw()
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        state.withLock { $0.drawing = drawing }
    }

    func begin(_ index: Int) {
        state.withLock { $0.board.rows[index].standing = .working("starting", since: ContinuousClock.now - begun) }
    }

    func update(_ index: Int, _ what: String) {
        updates.withLock { $0[index] = what }
    }

    func end(_ index: Int, _ row: FleetRow) {
        state.withLock { $0.board.rows[index].standing = .ended(row.sign, row.words, took: row.took) }
    }

    func stop() { state.withLock { $0.board.isStopping = true } }

    /// Removes the board from the terminal.
    func finish() {
        state.withLock { state in
            state.drawing?.cancel()
            state.isOver = true
            Console.draw(state.region.erasing(width: LiveRegion.size(of: STDOUT_FILENO).width))
        }
    }

    private func draw() {
        let (width, height) = LiveRegion.size(of: STDOUT_FILENO)
        state.withLock { state in
            guard !state.isOver else { return }
            let latest = updates.withLock { updates in
                defer { updates = [:] }
                return updates
            }
            for (index, what) in latest {
                // The end of a wait may be reported after the end of its site.
                guard case .working(_, let since) = state.board.rows[index].standing else { continue }
                state.board.rows[index].standing = .working(what, since: since)
            }
            let lines = state.board.lines(width: width, height: height, now: ContinuousClock.now - begun)
            guard lines != state.shown || width != state.width else { return }
            Console.draw(state.region.drawing(lines, width: width))
            (state.shown, state.width) = (lines, width)
        }
    }
}
