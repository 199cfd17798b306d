import Foundation
import MailChecks

/// A server in memory: sends a greeting, and replies to each line with a function of the test.
actor ScriptedServer: ByteStream {
    private let answer: @Sendable (String) -> String?
    private let incoming: AsyncStream<Data>
    private let continuation: AsyncStream<Data>.Continuation
    private(set) var commands: [String] = []

    /// - Parameters:
    ///   - greeting: The greeting; nil closes the connection without one.
    ///   - answer: Returns the reply to a command; nil closes the connection, an empty text sends nothing.
    init(greeting: String?, answer: @escaping @Sendable (String) -> String? = { _ in "250 ok\r\n" }) {
        self.answer = answer
        (incoming, continuation) = AsyncStream.makeStream(of: Data.self)
        Self.say(greeting, to: continuation)
    }

    /// A server that sends only these bytes, in these pieces.
    init(pieces: [Data], hangsUp: Bool = true) {
        answer = { _ in "" }
        (incoming, continuation) = AsyncStream.makeStream(of: Data.self)
        for piece in pieces { continuation.yield(piece) }
        if hangsUp { continuation.finish() }
    }

    nonisolated func read() async throws -> Data? {
        for await data in incoming { return data }
        return nil
    }

    func write(_ data: Data) {
        let line = String(decoding: data, as: UTF8.self)
        commands.append(line)
        Self.say(answer(line.trimmingCharacters(in: .newlines)), to: continuation)
    }

    private static func say(_ text: String?, to continuation: AsyncStream<Data>.Continuation) {
        guard let text else { return continuation.finish() }
        if !text.isEmpty { continuation.yield(Data(text.utf8)) }
    }
}
