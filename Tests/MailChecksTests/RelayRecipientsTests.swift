import Foundation
import Synchronization
import Testing

@testable import MailChecks

/// A primary in memory that receives lines as over TCP, in packets of a given size.
private final class Primary: SMTPConnector {
    let patience = Duration.milliseconds(300)
    private let extensions: [String]
    /// Larger packets are dropped, and everything that is sent after them too.
    private let largestPacket: Int
    private let mostErrors: Int
    private let answer: @Sendable (String) -> String?
    /// The writes of each session.
    let writes = Mutex<[[String]]>([])

    /// - Parameter answer: Returns the reply to a command instead of acceptance; an empty text closes the connection.
    init(
        _ extensions: [String] = ["PIPELINING", "SIZE 10240000"], largestPacket: Int = 1500, mostErrors: Int = 20,
        answer: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.extensions = extensions
        self.largestPacket = largestPacket
        self.mostErrors = mostErrors
        self.answer = answer
    }

    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result {
        let number = writes.withLock {
            $0.append([])
            return $0.count - 1
        }
        let errors = Mutex(0)
        let server = ScriptedServer(greeting: "220 mail.example.org ESMTP\r\n") { [self] text in
            writes.withLock { $0[number].append(text) }
            guard text.utf8.count <= largestPacket || largestPacket == 1500 else { return "" }
            var replies = ""
            for command in text.components(separatedBy: "\r\n") {
                let reply = reply(to: command)
                if reply.isEmpty { return replies.isEmpty ? nil : replies }
                replies += "\(reply)\r\n"
                if !reply.hasPrefix("2"),
                    errors.withLock({
                        $0 += 1; return $0
                    }) >= mostErrors
                {
                    return replies + "421 4.7.0 Error: too many errors\r\n"
                }
            }
            return replies
        }
        return try await body(server)
    }

    private func reply(to command: String) -> String {
        if let special = answer(command) { return special }
        guard command.hasPrefix("EHLO") else { return "250 2.1.0 Ok" }
        let lines = ["mail.example.org"] + extensions
        return lines.enumerated().map { "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)" }
            .joined(separator: "\r\n")
    }

    var groups: [String] { writes.withLock { $0.flatMap(\.self).filter { $0.hasPrefix("MAIL") } } }
}

@Suite(.timeLimit(.minutes(5))) struct `Recipients that are checked at the primary` {
    private func evaluate(
        _ recipients: [String], _ primary: Primary, duties: Set<String> = []
    ) async throws -> [Finding] {
        try await RelayRecipients(recipients, duties: duties, hostname: "backup.example.org", through: primary)
            .evaluate()
    }

    private static let packets = "large packets reach the primary"
    private static let few = ["anna@example.org", "postmaster@example.org", "@example.net"]

    @Test(arguments: [few, (1...300).map { "user\($0)@example.org" }, ["a@b.example"]])
    func `are all checked, in groups of at least 4 KiB, without DATA`(recipients: [String]) async throws {
        let primary = Primary()
        let findings = try await evaluate(recipients, primary)
        #expect(findings.filter { $0.verdict != .pass } == [])
        #expect(findings.map(\.check) == recipients.map { "primary accepts listed \($0)" } + [Self.packets])
        for group in primary.groups {
            #expect(group.utf8.count >= 4094)
            let messages = group.components(separatedBy: "MAIL FROM:<>\r\n").dropFirst()
            #expect(messages.allSatisfy { $0.components(separatedBy: "RCPT").count <= 91 })
        }
        let sent = primary.writes.withLock { $0.flatMap(\.self) }.joined()
        #expect(!sent.contains("DATA") && !sent.contains("NOOP"))
    }

    @Test(arguments: ["454 4.7.1 <x>: Relay access denied", "550 5.1.1 User unknown in virtual mailbox table"])
    func `that are rejected fail with the reply and advice`(reply: String) async throws {
        let primary = Primary { $0.contains("postmaster@example.org") ? reply : nil }
        let findings = try await evaluate(Self.few, primary)
        let failed = findings.filter { $0.verdict != .pass }
        #expect(failed.map(\.check) == ["primary accepts listed postmaster@example.org"])
        #expect(failed.map(\.evidence) == [reply] && failed[0].verdict == .fail)
        #expect(failed[0].trouble == (reply.hasPrefix("454") ? .domain : .recipient))
        #expect(findings.last?.check == Self.packets, "with the accepted recipients")
    }

    @Test(arguments: [
        ("550 5.1.1 User unknown", Finding.Verdict.warn), ("454 4.7.1 Relay access denied", .fail),
        ("550 5.7.1 Client host rejected: blocked", .fail), ("250 2.1.5 Ok", .pass),
    ])
    func `that only the backup lists may be unknown to the primary`(
        reply: String, verdict: Finding.Verdict
    ) async throws {
        let primary = Primary { $0.contains("abuse@") ? reply : nil }
        let recipients = ["anna@example.org", "abuse@example.org"]
        let findings = try await evaluate(recipients, primary, duties: ["abuse@example.org"])
        #expect(findings.map(\.verdict) == [.pass, verdict, .pass])
    }

    @Test(arguments: ["454 4.7.1 Relay access denied", "550 5.1.1 no", "454 4.3.2 not now", "550 5.3.2 not now"])
    func `that are all rejected are not checked endlessly`(reply: String) async throws {
        let primary = Primary { $0.hasPrefix("RCPT") ? reply : nil }
        let findings = try await evaluate((1...300).map { "user\($0)@example.org" }, primary)
        #expect(findings.count { $0.verdict == .fail } == 36)
        #expect(
            findings.suffix(2).map(\.evidence) == [
                "not checked: stopped after 36 refused recipients", "not checked: stopped after 36 refused recipients",
            ])
        #expect(findings.suffix(2).map(\.check) == ["primary accepts 264 listed recipients", Self.packets])
        #expect(primary.writes.withLock { $0.count } == 4)
    }

    @Test(arguments: [
        "452 4.3.1 Insufficient system storage", "451 4.3.0 Temporary lookup failure", "421 4.3.2 Shutting down",
    ])
    func `are not checked if the primary defers all mail`(reply: String) async throws {
        for command in ["MAIL", "RCPT", "EHLO"] {
            let findings = try await evaluate(Self.few, Primary { $0.hasPrefix(command) ? reply : nil })
            #expect(findings.count == 2 && findings.allSatisfy { $0.verdict == .unchecked }, "\(command)")
            #expect(findings.allSatisfy { $0.evidence == "not checked: \(reply)" }, "\(command)")
        }
    }

    @Test func `fail immediately if the sender is rejected`() async throws {
        let primary = Primary { $0.hasPrefix("MAIL") ? "554 5.7.1 Client host rejected: blocked" : nil }
        let findings = try await evaluate(Self.few, primary)
        #expect(findings.map(\.verdict) == [.fail, .unchecked] && findings[0].trouble == .client)
        #expect(findings[0].check == "primary accepts 3 listed recipients")
    }

    @Test func `continue in another session after too many in one`() async throws {
        let counter = Mutex(0)
        let primary = Primary { line in
            if line.hasPrefix("EHLO") { counter.withLock { $0 = 0 } }
            guard line.hasPrefix("RCPT") else { return nil }
            return counter.withLock({
                $0 += 1; return $0
            }) > 60 ? "452 4.5.3 Error: too many recipients" : nil
        }
        let findings = try await evaluate((1...200).map { "user\($0)@example.org" }, primary)
        #expect(findings.count == 201 && findings.allSatisfy { $0.verdict == .pass })
    }

    @Test(arguments: [1300, 1400, 576])
    func `show a path that drops large packets`(size: Int) async throws {
        let findings = try await evaluate(Self.few, Primary(largestPacket: size))
        #expect(findings.map(\.verdict) == [.unchecked, .fail])
        #expect(findings[1].check == Self.packets && findings[1].trouble == .packetSize)
        #expect(findings[1].evidence.contains("while short commands got replies"), "\(findings[1].evidence)")
    }

    @Test func `show nothing about packets to a primary without PIPELINING`() async throws {
        let primary = Primary(["SIZE 10240000"])
        let findings = try await evaluate(Self.few, primary)
        #expect(findings.map(\.verdict) == [.pass, .pass, .pass, .warn])
        #expect(findings[3].evidence == "unknown: the primary does not offer PIPELINING")
        #expect(primary.groups == ["MAIL FROM:<>"], "one command at a time, each only once")
    }

    @Test func `cannot inject another command`() async throws {
        await #expect(throws: SMTPError.self) { try await evaluate(["a@b.example>\r\nDATA"], Primary()) }
    }
}
