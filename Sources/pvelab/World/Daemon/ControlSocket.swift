import Foundation

/// How `pvelab pct`, `pvelab fault` and the like reach the daemon: one command line in, one answer out, as JSON.
struct ControlSocket: Sendable {
    let path: String

    var isAnswering: Bool { (try? ask(["ping"])) != nil }

    /// Throws ``LabError/notUp`` where no daemon listens.
    func ask(_ words: [String]) throws -> ControlAnswer {
        guard let socket = try? UnixSocket.connect(to: path) else { throw LabError.notUp }
        try socket.write(JSONEncoder().encode(words))
        socket.finishWriting()
        return try JSONDecoder().decode(ControlAnswer.self, from: socket.readToEnd())
    }

    /// Answers until the process ends. Accepting blocks, so it has a thread of its own.
    func serve(_ answer: @escaping @Sendable ([String]) async -> ControlAnswer) throws {
        let listener = try UnixSocket.listen(at: path)
        Thread.detachNewThread {
            while let connection = try? listener.accept() {
                Task.detached { try await Self.serve(connection, answer) }
            }
        }
    }

    private static func serve(
        _ connection: UnixSocket,
        _ answer: @Sendable ([String]) async -> ControlAnswer
    ) async throws {
        let words = try JSONDecoder().decode([String].self, from: connection.readToEnd())
        try await connection.write(JSONEncoder().encode(answer(words)))
    }
}
