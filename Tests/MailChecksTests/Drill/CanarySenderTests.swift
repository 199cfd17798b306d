import Foundation
import Synchronization
import Testing

@testable import MailChecks

/// Servers in memory that accept mail; a test can replace the reply to a line.
private final class Mailroom: SMTPConnector {
    typealias Hole = @Sendable (String) -> String?
    private let hole: Hole
    private let taken = Mutex<[String]>([])
    private let sessions = Mutex(0)

    init(hole: @escaping Hole = { _ in nil }) { self.hole = hole }

    /// The accepted texts, with dot-stuffing of SMTP.
    var texts: [String] { taken.withLock { $0 } }
    var opened: Int { sessions.withLock { $0 } }

    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result {
        sessions.withLock { $0 += 1 }
        let server = ScriptedServer(greeting: "220 mx ESMTP\r\n") { [self] line in
            if let other = hole(line) { return other == "hang up" ? nil : "\(other)\r\n" }
            switch line {
            case "DATA": return "354 go on\r\n"
            case _ where line.hasPrefix("X-Mxprovision"):
                let count = taken.withLock { texts in
                    texts.append(line)
                    return texts.count
                }
                return "250 2.0.0 Ok: queued as Q\(count)\r\n"
            default: return "250 ok\r\n"
            }
        }
        return try await body(server)
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A sender of canaries` {
    private let canaries = (1...10).map { Canary(run: "5f0c27a1", number: $0, count: 10) }

    private func send(
        through room: Mailroom,
        patience: Duration = .seconds(600)
    ) async throws -> [Int: [CanarySender.Answer]] {
        var sender = CanarySender(host: "mx.example.org", recipient: "you+x@example.org", patience: patience)
        sender.pause = .milliseconds(1)
        let answers = Mutex<[Int: [CanarySender.Answer]]>([:])
        try await sender.send(canaries, through: room) { canary, answer in
            answers.withLock { $0[canary.number, default: []].append(answer) }
        }
        return answers.withLock { $0 }
    }

    private func isTaken(_ answer: CanarySender.Answer?) -> Bool {
        if case .accepted? = answer { true } else { false }
    }

    @Test func `sends each once, over four connections, with SMTP's dot stuffing`() async throws {
        let room = Mailroom()
        let answers = try await send(through: room)
        #expect(answers.count == 10 && answers.values.allSatisfy { $0.count == 1 && isTaken($0[0]) })
        #expect(room.opened == 4 && room.texts.count == 10)
        let unstuffed = room.texts.map { $0.replacing("\r\n..", with: "\r\n.").dropLast() }
        let copies = unstuffed.flatMap { CanaryCopy.all(ofRun: "5f0c27a1", in: Data($0.utf8)) }
        #expect(Set(copies) == Set(canaries.map { .init(number: $0.number, content: .whole(digest: $0.digest)) }))
        #expect(room.texts.allSatisfy { $0.hasSuffix("\r\n.") && $0.contains("\r\n..") })
    }

    @Test func `retries after a 4xx, and not after a 5xx`() async throws {
        let asked = Counter()
        let later = try await send(
            through: Mailroom { $0.hasPrefix("RCPT") && asked.next() <= 3 ? "450 4.2.0 later" : nil })
        #expect(later.values.allSatisfy { isTaken($0.last) })
        #expect(later.values.flatMap(\.self).count == 13)
        let never = try await send(through: Mailroom { $0.hasPrefix("RCPT") ? "550 5.1.1 no" : nil })
        #expect(never.values.allSatisfy { $0 == [.refused("550 5.1.1 no")] })
    }

    @Test func `stops at its timeout`() async throws {
        let answers = try await send(through: Mailroom { $0.hasPrefix("MAIL") ? "451 4.3.0 no" : nil }, patience: .zero)
        #expect(answers.values.allSatisfy { $0 == [.refused("451 4.3.0 no")] } && answers.count == 10)
    }

    @Test func `continues after a 421, and after a closed connection before the text`() async throws {
        for end in ["421 4.7.0 too many", "hang up"] {
            let asked = Counter()
            let room = Mailroom { $0.hasPrefix("MAIL") && asked.next() == 3 ? end : nil }
            let answers = try await send(through: room)
            #expect(answers.count == 10 && answers.values.allSatisfy { isTaken($0.last) }, "\(end)")
            #expect(room.texts.count == 10 && room.opened > 4, "\(end)")
        }
    }

    /// The server may have it: RFC 5321, 4.5.3.2.6 and RFC 1047.
    @Test func `does not resend a message without a reply`() async throws {
        let asked = Counter()
        let room = Mailroom { $0.hasPrefix("X-Mxprovision") && asked.next() == 1 ? "hang up" : nil }
        let answers = try await send(through: room)
        #expect(answers.values.count { $0.last == .unanswered } == 1)
        #expect(answers.values.count { isTaken($0.last) } == 9 && room.texts.count == 9)
    }

    @Test func `reports why a server rejects it`() async throws {
        let answers = try await send(through: Mailroom { $0.hasPrefix("EHLO") ? "554 5.7.1 no" : nil }, patience: .zero)
        #expect(answers.count == 10 && answers.values.allSatisfy { $0 == [.refused("554 5.7.1 no")] })
    }
}
