import Foundation
import MailChecks

/// A server in memory: greets, and answers each line that it is sent by a function of the test's.
actor ScriptedServer: ByteStream {
    private let answer: @Sendable (String) -> String?
    private let incoming: AsyncStream<Data>
    private let continuation: AsyncStream<Data>.Continuation
    private(set) var commands: [String] = []

    /// - Parameters:
    ///   - greeting: nil hangs up without one.
    ///   - answer: the bytes for a command; nil hangs up, an empty text says nothing.
    init(greeting: String?, answer: @escaping @Sendable (String) -> String? = { _ in "250 ok\r\n" }) {
        self.answer = answer
        (incoming, continuation) = AsyncStream.makeStream(of: Data.self)
        Self.say(greeting, to: continuation)
    }

    /// A server that says these bytes, in these pieces, and nothing more.
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
