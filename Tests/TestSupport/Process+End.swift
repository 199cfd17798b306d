package import Foundation

extension Process {
    /// Starts the program and waits for its end.
    ///
    /// The wait has its own thread. The concurrency pool has only as many threads as processors. A wait on one of them
    /// stops all tests that run at the same time, and then their timeouts expire.
    ///
    /// - Throws: what `run()` throws.
    package func runToEnd() async throws {
        try run()
        await end()
    }

    /// Starts the program, waits for its end, and returns its standard output.
    ///
    /// - Throws: what `run()` throws, and errors of the pipe.
    package func output() async throws -> String {
        let pipe = Pipe()
        standardOutput = pipe
        try run()
        let data = try await Self.onThread { Result { try pipe.fileHandleForReading.readToEnd() ?? Data() } }.get()
        await end()
        return String(decoding: data, as: UTF8.self)
    }

    /// Waits for the end of a program that was started.
    package func end() async { await Self.onThread { self.waitUntilExit() } }

    static func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
