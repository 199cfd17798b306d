import Foundation

/// Runs a command so that the first Ctrl-C stops it at the next safe point, and the second at once.
///
/// - Parameter announce: tells whoever has pressed it the first time.
func interruptible<Result: Sendable>(
    announce: @escaping @Sendable () -> Void = {
        Console.talk("  stopping at the next safe point; once more to stop at once")
    },
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await body() }
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            if task.isCancelled { Foundation.exit(130) }
            announce()
            task.cancel()
        }
        source.resume()
        return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
}
