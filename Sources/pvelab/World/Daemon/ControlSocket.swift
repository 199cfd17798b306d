import Foundation

/// The channel by which `pvelab pct`, `pvelab fault` and similar commands reach the daemon: one command line in, one
/// response out, as JSON.
struct ControlSocket: Sendable {
    let path: String

    var isAnswering: Bool {
        get async { (try? await ask(["ping"])) != nil }
    }

    /// Sends a command line to the daemon and returns its response. Waits on its own thread, because the daemon may
    /// need all threads of the pool to respond.
    ///
    /// - Throws: ``LabError/notUp`` if no daemon listens.
    func ask(_ words: [String]) async throws -> ControlAnswer {
        let path = path
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.exchange(words, path) })
            }
        }
    }

    /// Answers command lines until the process ends.
    func serve(_ answer: @escaping @Sendable ([String]) async -> ControlAnswer) throws {
        let listener = try UnixSocket.listen(at: path)
        Thread.detachNewThread {
            while let connection = try? listener.accept() {
                Thread.detachNewThread {
                    guard let request = try? connection.readToEnd(),
                        let words = try? JSONDecoder().decode([String].self, from: request)
                    else { return }
                    // The write fails if the requesting process has ended.
                    Task.detached { try? await connection.write(JSONEncoder().encode(answer(words))) }
                }
            }
        }
    }

    private static func exchange(_ words: [String], _ path: String) throws -> ControlAnswer {
        guard let socket = try? UnixSocket.connect(to: path) else { throw LabError.notUp }
        try socket.write(JSONEncoder().encode(words))
        socket.finishWriting()
        return try JSONDecoder().decode(ControlAnswer.self, from: socket.readToEnd())
    }
}
