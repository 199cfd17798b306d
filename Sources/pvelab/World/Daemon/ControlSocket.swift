import Foundation

/// How `pvelab pct`, `pvelab fault` and the like reach the daemon: one command line in, one answer out, as JSON.
struct ControlSocket: Sendable {
    let path: String

    var isAnswering: Bool {
        get async { (try? await ask(["ping"])) != nil }
    }

    /// Throws ``LabError/notUp`` where no daemon listens. Waits on a thread of its own: the pool's may all be needed to answer.
    func ask(_ words: [String]) async throws -> ControlAnswer {
        let path = path
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.exchange(words, path) })
            }
        }
    }

    /// Answers until the process ends.
    func serve(_ answer: @escaping @Sendable ([String]) async -> ControlAnswer) throws {
        let listener = try UnixSocket.listen(at: path)
        Thread.detachNewThread {
            while let connection = try? listener.accept() {
                Thread.detachNewThread {
                    guard let request = try? connection.readToEnd(),
                        let words = try? JSONDecoder().decode([String].self, from: request)
                    else { return }
                    // Nobody is left to hear it when the asking process has gone away.
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
