import Foundation
import Testing

@testable import MailChecks

@Suite(.timeLimit(.minutes(10))) struct `A reply` {
    private func reply(_ text: String) async throws -> SMTPReply {
        try await SMTPDialogue(over: ScriptedServer(pieces: [Data(text.utf8)])).greeting()
    }

    @Test(arguments: [
        ("220 mx.example.org ESMTP\r\n", 220, ["mx.example.org ESMTP"]),
        ("250-a\r\n250-\r\n250 b\r\n", 250, ["a", "", "b"]),
        ("250\r\n", 250, [""]), ("250 \r\n", 250, [""]), ("250-a\r\n250\r\n", 250, ["a", ""]),
        ("220 bare newline\n", 220, ["bare newline"]),
        ("554 5.7.1 <a@b>: no - not here\r\n", 554, ["5.7.1 <a@b>: no - not here"]),
        ("599 é\r\n", 599, ["é"]),
    ])
    func `is parsed`(text: String, code: Int, lines: [String]) async throws {
        #expect(try await reply(text) == SMTPReply(code: code, lines: lines))
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request", "", "22", "22O mx", "1234 mx", "220_mx", "199 mx", "600 mx", "٢٢٠ mx", " 220 mx",
    ])
    func `has no other form`(line: String) async throws {
        await #expect(throws: SMTPError.garbled(after: "the connection", answer: line)) {
            try await reply("\(line)\r\n220 mx\r\n")
        }
    }

    @Test func `has the same code in all its lines`() async throws {
        await #expect(throws: SMTPError.garbled(after: "the connection", answer: "550 no")) {
            try await reply("250-yes\r\n550 no\r\n")
        }
    }

    @Test func `is assembled from pieces of any size`() async throws {
        let bytes = Array("250-grün\r\n250 b\r\n354 go\r\n".utf8)
        let server = ScriptedServer(pieces: bytes.map { Data([$0]) })
        let dialogue = SMTPDialogue(over: server)
        #expect(try await dialogue.greeting() == SMTPReply(code: 250, lines: ["grün", "b"]))
        #expect(try await dialogue.send("DATA") == SMTPReply(code: 354, lines: ["go"]))
    }

    @Test(arguments: [Data([50, 50, 48, 32, 255, 254, 13, 10]), Data("220 a\u{0}b\r\n".utf8)])
    func `may have bytes that are not text`(bytes: Data) async throws {
        let reply = try await SMTPDialogue(over: ScriptedServer(pieces: [bytes])).greeting()
        #expect(reply.code == 220)
    }

    @Test(arguments: [true, false]) func `is rejected if a line is too long`(isEnded: Bool) async throws {
        let text = "220 " + String(repeating: "x", count: 5000) + (isEnded ? "\r\n" : "")
        await #expect(throws: SMTPError.garbled(after: "the connection", answer: "a line of more than 4096 bytes")) {
            try await reply(text)
        }
    }

    @Test func `is rejected if it has too many lines`() async throws {
        let text = String(repeating: "220-x\r\n", count: 1000)
        await #expect(throws: SMTPError.garbled(after: "the connection", answer: "a reply of more than 200 lines")) {
            try await reply(text)
        }
    }

    @Test func `is positive, temporary or permanent by its first digit`() {
        let codes = [200, 250, 299, 354, 400, 421, 499, 500, 554, 599].map { SMTPReply(code: $0, lines: []) }
        #expect(codes.filter(\.isPositive).map(\.code) == [200, 250, 299])
        #expect(codes.filter(\.isTemporary).map(\.code) == [400, 421, 499])
        #expect(codes.filter(\.isPermanent).map(\.code) == [500, 554, 599])
    }
}

@Suite(.timeLimit(.minutes(10))) struct `A dialogue` {
    @Test(arguments: ["RCPT TO:<a@b>\r\nDATA", "a\nb", "a\rb", "\n", "a\u{0}b", "\u{7F}", "\u{1B}[0m"])
    func `rejects more than one command`(command: String) async throws {
        let server = ScriptedServer(greeting: "220 mx\r\n")
        await #expect(throws: SMTPError.unsendable(command: command)) {
            try await SMTPDialogue(over: server).send(command)
        }
        #expect(await server.commands == [])
    }

    @Test func `ends each command with CR and LF`() async throws {
        let server = ScriptedServer(greeting: nil) { _ in "250 ok\r\n" }
        _ = try? await SMTPDialogue(over: server).send("EHLO ü")
        #expect(await server.commands == ["EHLO ü\r\n"])
    }

    @Test func `reports after which command the server closed the connection`() async throws {
        let server = ScriptedServer(greeting: "220 mx\r\n") { $0 == "NOOP" ? nil : "250 ok\r\n" }
        let dialogue = SMTPDialogue(over: server)
        _ = try await dialogue.greeting()
        _ = try await dialogue.send("EHLO x")
        await #expect(throws: SMTPError.ended(after: "NOOP")) { try await dialogue.send("NOOP") }
    }

    @Test func `ignores half a line before the end`() async throws {
        let server = ScriptedServer(pieces: [Data("220 mx.exam".utf8)])
        await #expect(throws: SMTPError.ended(after: "the connection")) {
            try await SMTPDialogue(over: server).greeting()
        }
    }

    @Test func `waits no longer than its timeout`() async throws {
        let server = ScriptedServer(pieces: [], hangsUp: false)
        await #expect(throws: SMTPError.silent(after: "the connection", seconds: 0)) {
            try await SMTPDialogue(over: server, patience: .milliseconds(50)).greeting()
        }
    }

    @Test func `has a timeout for a whole reply, not for each byte`() async throws {
        await #expect(throws: SMTPError.silent(after: "the connection", seconds: 0)) {
            try await SMTPDialogue(over: Dribble(), patience: .milliseconds(200)).greeting()
        }
    }

    @Test func `ends when its task is cancelled`() async throws {
        let task = Task {
            try await SMTPDialogue(over: ScriptedServer(pieces: [], hangsUp: false)).greeting()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

/// Sends a byte from time to time, and never ends a line.
private struct Dribble: ByteStream {
    func read() async throws -> Data? {
        try await Task.sleep(for: .milliseconds(20))
        return Data("2".utf8)
    }
    func write(_ data: Data) {}
}
