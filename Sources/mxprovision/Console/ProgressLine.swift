import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Resources
import Sites
import Synchronization

/// The last line of a terminal while a command works on one site: the running step, its elapsed time, and the last line
/// of its output.
///
/// It is shown only on a terminal that can draw it. Everything else is printed above it.
final class ProgressLine: Sendable {
    /// The content of the line.
    struct Content {
        var text = "working"
        var output = ""
        var since = ContinuousClock.now

        mutating func note(_ event: Event) {
            switch event {
            case .changing(let step, _): self = Content(text: step)
            case .waiting(let what): self = Content(text: what)
            case .sent: break
            default: self = Content()
            }
        }

        /// Updates the content. The start time of a step is kept when only its output changes.
        mutating func note(_ step: RunningStep) {
            if text != step.name { self = Content(text: step.name) }
            output = step.output
        }
    }

    private struct State {
        var region = LiveRegion()
        var isShown = false
        var drawing: Task<Void, Never>?
    }

    /// The line of this process.
    static let current = ProgressLine()

    /// The content. Never locked during a write: a terminal that is stopped (Ctrl-S) must not block the code that
    /// reports a step.
    private let content = Mutex(Content())
    private let state = Mutex(State())

    /// Whether to show the line: only on a terminal with colours, and not for JSON output.
    private static var isWanted: Bool {
        !Console.isJSON && Console.usesColour(environment: ProcessInfo.processInfo.environment)
    }

    /// Shows the line while `body` runs.
    static func showing<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        guard isWanted else { return try await body() }
        current.begin()
        defer { current.end() }
        return try await body()
    }

    private func begin() {
        let drawing = Task { [self] in
            while !Task.isCancelled {
                draw()
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        state.withLock { state in
            state.drawing?.cancel()
            content.withLock { $0 = Content() }
            (state.isShown, state.drawing) = (true, drawing)
        }
    }

    private func end() {
        state.withLock { state in
            state.drawing?.cancel()
            guard state.isShown else { return }
            state.isShown = false
            Console.draw(state.region.erasing(width: LiveRegion.size(of: STDOUT_FILENO).width))
        }
    }

    /// Updates the line for an event.
    ///
    /// - Returns: Whether the line is shown, so that the caller need not print the event as well.
    @discardableResult func note(_ event: Event) -> Bool {
        state.withLock { state in
            guard state.isShown else { return false }
            content.withLock { $0.note(event) }
            return true
        }
    }

    /// A handler that shows running steps in this process's line, or nil if no line can be shown.
    static var onProgress: ProgressReport? {
        guard isWanted else { return nil }
        return { step in current.content.withLock { $0.note(step) } }
    }

    /// Prints above the line.
    func above(_ write: () -> Void) {
        state.withLock { state in
            if state.isShown { Console.draw(state.region.erasing(width: LiveRegion.size(of: STDOUT_FILENO).width)) }
            write()
        }
    }

    /// Returns the line, such as `  … packages  12.3 s  Unpacking postfix …`, or nil in the first second, so that short
    /// steps do not flicker.
    ///
    /// The output gets the columns that the other parts leave.
    static func text(_ what: String, output: String = "", after elapsed: Duration, width: Int) -> String? {
        guard elapsed >= .seconds(1), let time = elapsed.words else { return nil }
        let room = max(width - 1 - 4 - 2 - time.columns, 1)
        let text = "  … \(what.printable.oneLine.cut(to: room))  \(time)"
        let rest = width - 1 - text.columns - 2
        let output = output.printable.oneLine
        return output.isEmpty || rest < min(output.columns, shortest) ? text : "\(text)  \(output.cut(to: rest))"
    }

    /// The minimum width of the output in columns. A shorter text is not useful.
    private static let shortest = 8

    private func draw() {
        let width = LiveRegion.size(of: STDOUT_FILENO).width
        let content = content.withLock { $0 }
        state.withLock { state in
            guard state.isShown,
                let line = Self.text(
                    content.text, output: content.output, after: .now - content.since, width: width)
            else { return }
            Console.draw(state.region.drawing([line], width: width))
        }
    }
}
