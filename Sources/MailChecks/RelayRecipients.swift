/// Checks whether the primary accepts listed recipients from the backup, by its replies to RCPT; no message is sent.
///
/// The commands of a session are sent as one group (RFC 2920) of at least 4 KiB in one write, so that they leave the
/// backup in full-size packets: a path that drops those packets gets no reply.
public struct RelayRecipients<Connector: SMTPConnector>: Sendable {
    private let recipients: [String]
    private let duties: Set<String>
    private let hostname: String
    private let connector: Connector

    /// The size of a group in bytes; more than two packets.
    private static var groupSize: Int { 4096 }
    /// The size of a packet in bytes (Ethernet's MTU). Data after this many bytes cannot have arrived without a
    /// full-size packet before it.
    private static var packetSize: Int { 1500 }
    /// The number of recipients per message. Every server accepts 100 (RFC 5321, 4.5.3.1.8).
    private static var recipientsAMessage: Int { 90 }
    /// The number of refusals after which a session ends. Postfix delays each reply after 10 errors
    /// (`smtpd_soft_error_limit`) and hangs up after 20.
    private static var refusalsASession: Int { 9 }
    /// The number of refusals after which the remaining recipients are not checked.
    private static var refusalsAll: Int { 36 }
    /// The number of broken sessions after which the remaining recipients are not checked.
    private static var breaksAll: Int { 3 }

    static var packetCheck: String { "large packets reach the primary" }
    static func check(_ recipient: String) -> String { "primary accepts listed \(recipient)" }

    /// Creates the check.
    ///
    /// - Parameters:
    ///   - recipients: the recipients to check.
    ///   - duties: the subset that the backup lists by itself, because every domain must have them.
    ///   - hostname: the backup's name.
    public init(_ recipients: [String], duties: Set<String>, hostname: String, through connector: Connector) {
        self.recipients = recipients
        self.duties = duties
        self.hostname = hostname
        self.connector = connector
    }

    /// Runs the check, in as many sessions as needed.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)``, and what the connector throws.
    public func evaluate() async throws -> [Finding] {
        var left = recipients
        var findings: [Finding] = []
        var packets: Finding?
        var (breaks, reason) = (0, "no recipients")
        while !left.isEmpty {
            let outcome = try await session(left)
            if packets?.verdict != .pass { packets = outcome.packets ?? packets }
            findings += outcome.findings
            let settled = Set(outcome.findings.map(\.check))
            left.removeAll { settled.contains(Self.check($0)) }
            reason = outcome.reason ?? reason
            if let sender = outcome.refusedSender, !left.isEmpty {
                findings.append(Finding(Self.check(left), sender, is: .acceptance, trouble: Trouble(of: sender)))
                left = []
            }
            if outcome.isBroken { breaks += 1 }
            if outcome.findings.isEmpty || breaks >= Self.breaksAll { break }
            let refusals = findings.count { $0.verdict == .fail }
            if refusals >= Self.refusalsAll {
                reason = "stopped after \(refusals) refused recipients"
                break
            }
        }
        if !left.isEmpty { findings.append(.unchecked(Self.check(left), because: reason)) }
        let passed = Set(findings.filter { $0.verdict == .pass }.map(\.check))
        let accepted = recipients.filter { passed.contains(Self.check($0)) }
        // A group that ended with refusals proves nothing about its size.
        if packets == nil, !accepted.isEmpty { packets = try await session(accepted).packets }
        return findings + [packets ?? .unchecked(Self.packetCheck, because: reason)]
    }

    /// Runs one session with as many of the recipients as fill a group.
    private func session(_ recipients: [String]) async throws -> Outcome {
        let group = Self.group(for: recipients)
        var outcome = Outcome()
        if case .failure(let error) = try await connector.attempt({ try await send(group, in: $0, &outcome) }) {
            outcome.isBroken = true
            outcome.reason = error.description
            outcome.noteSilence(error, group.reduce(0) { $0 + $1.size })
        }
        return outcome
    }

    private static func check(_ several: [String]) -> String {
        several.count == 1 ? check(several[0]) : "primary accepts \(several.count) listed recipients"
    }

    /// The results of one session.
    private struct Outcome {
        /// The findings for the recipients that were accepted or refused.
        var findings: [Finding] = []
        /// The finding of ``packetCheck``.
        var packets: Finding?
        var refusedSender: SMTPReply?
        var isBroken = false
        /// The reason why the session did not reach its end.
        var reason: String?
        /// Whether short commands got replies, and a group was sent after them.
        var isGroupSent = false

        /// Records that short commands got replies, and nothing after the first packet of the group did.
        mutating func noteSilence(_ error: SMTPError, _ bytes: Int) {
            guard case .silent(_, let seconds) = error, isGroupSent, packets == nil else { return }
            packets = .failed(
                packetCheck,
                "no reply within \(seconds) s to \(bytes) bytes sent at once, while short commands got replies",
                trouble: .packetSize)
        }
    }

    private func send(_ group: [Command], in dialogue: SMTPDialogue, _ outcome: inout Outcome) async throws {
        let greeting = try await dialogue.greeting()
        guard greeting.isPositive else { return outcome.reason = greeting.description }
        let hello = try await dialogue.send("EHLO \(hostname)")
        guard hello.isPositive else { return outcome.reason = hello.description }
        let isGrouped = hello.offers("PIPELINING")
        if isGrouped {
            try await dialogue.write(group.map(\.text))
            outcome.isGroupSent = true
        } else {
            outcome.packets = .warning(
                Self.packetCheck, "unknown: the primary does not offer PIPELINING", hello)
        }
        var (bytes, refused, asked) = (0, 0, Set<String>())
        for command in group {
            // Without a group, a repeated recipient proves nothing new.
            if !isGrouped, case .recipient(let recipient) = command, asked.contains(recipient) { break }
            let reply =
                isGrouped ? try await dialogue.reply(to: command.text) : try await dialogue.send(command.text)
            bytes += command.size
            if reply.code != 421, outcome.packets == nil, bytes > Self.packetSize {
                let evidence = "\(bytes) bytes sent at once got replies"
                outcome.packets = Finding(Self.packetCheck, reply, is: .anything, evidence: evidence)
            }
            switch command {
            case .mail where !reply.isPositive:
                outcome.reason = reply.description
                return outcome.refusedSender = reply
            case .recipient(let recipient) where asked.insert(recipient).inserted:
                let finding = Finding(
                    Self.check(recipient), reply, is: duties.contains(recipient) ? .dutyAcceptance : .acceptance,
                    trouble: Trouble(of: reply))
                // The next session checks this recipient again.
                guard finding.verdict != .unchecked else { return outcome.reason = reply.description }
                outcome.findings.append(finding)
            case .mail, .reset, .recipient: break
            }
            if !reply.isPositive { refused += 1 }
            if refused >= Self.refusalsASession { return outcome.reason = reply.description }
        }
        await dialogue.quit()
    }

    private enum Command {
        case mail, reset
        case recipient(String)

        var text: String {
            switch self {
            case .mail: "MAIL FROM:<>"
            case .reset: "RSET"
            case .recipient(let address): "RCPT TO:<\(address)>"
            }
        }

        /// The size in bytes, including the line ending.
        var size: Int { text.utf8.count + 2 }
    }

    /// Returns commands for as many recipients as fill a group. If there are too few, the group repeats them: NOOP may
    /// only be the last command of a group (RFC 2920, 3.1), and Postfix accepts a limited number of RSET
    /// (`smtpd_junk_command_limit`).
    private static func group(for recipients: [String]) -> [Command] {
        var commands: [Command] = []
        var (size, count) = (0, 0)
        func add(_ command: Command) {
            commands.append(command)
            size += command.size
        }
        while size < groupSize {
            if count % recipientsAMessage == 0 {
                if count > 0 { add(.reset) }
                add(.mail)
            }
            add(.recipient(recipients[count % recipients.count]))
            count += 1
        }
        return commands
    }
}
