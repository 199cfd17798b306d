/// Checks whether the primary accepts what the backup relays to it, by its replies to RCPT; no message is sent.
///
/// Run it from the backup's own address, because the primary checks that address.
public struct RelayLeg<Connector: SMTPConnector>: Sendable {
    /// A recipient that exists at the primary.
    public var recipient: String
    /// The listed recipients that are checked at the primary.
    public var listed: [String]
    /// The subset of ``listed`` that the backup adds by itself, because every domain must have them (RFC 2142).
    public var duties: Set<String>
    /// The backup's name.
    public var hostname: String
    /// The largest message that the backup accepts, in bytes; nil if it has no limit.
    public var messageSize: Int?
    /// A domain whose SPF record permits no sender (`v=spf1 -all`). Mail from it shows whether the primary checks SPF.
    public var strictDomain: String
    private let connector: Connector

    /// The number of messages of the endurance check. It exceeds what a cautious limit allows in a minute
    /// (`smtpd_client_message_rate_limit`), and is small for a drained queue.
    private static var burst: Int { 40 }

    public init(
        recipient: String,
        listed: [String],
        duties: Set<String> = [],
        hostname: String,
        messageSize: Int?,
        strictDomain: String,
        through connector: Connector
    ) {
        self.recipient = recipient
        self.listed = listed
        self.duties = duties
        self.hostname = hostname
        self.messageSize = messageSize
        self.strictDomain = strictDomain
        self.connector = connector
    }

    /// Runs all checks.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)``, and what the connector throws.
    public func evaluate() async throws -> [Finding] {
        let acceptance = try await acceptance()
        let recipients =
            listed.isEmpty
            ? [] : try await RelayRecipients(listed, duties: duties, hostname: hostname, through: connector).evaluate()
        return try await acceptance + recipients + endurance()
    }

    private static var sizeCheck: String { "primary's size limit fits the backup's" }
    private static var largestCheck: String { "primary accepts the largest message" }
    private static var unlistedCheck: String { "primary refuses unlisted recipients" }

    private func acceptance() async throws -> [Finding] {
        let senders = [
            ("primary accepts bounces", ""), ("primary accepts mail that fails SPF", "probe@\(strictDomain)"),
        ]
        let largest = messageSize.map { $0 + RelayedSize.growth(of: $0) }
        let checks =
            ["primary answers", Self.sizeCheck] + senders.map(\.0) + [Self.unlistedCheck]
            + (largest == nil ? [] : [Self.largestCheck])
        return try await connector.findings(of: checks) { dialogue, findings in
            let banner = try await dialogue.greeting()
            findings.append(Finding("primary answers", banner, is: .greetingOfAny, trouble: Trouble(of: banner)))
            guard banner.isPositive else { return banner }
            let hello = try await dialogue.send("EHLO \(hostname)")
            guard hello.isPositive else { return hello }
            findings.append(sizeFinding(hello))
            var control = hello
            for (check, sender) in senders {
                let reply = try await ask(dialogue, from: sender, to: recipient)
                if sender.isEmpty { control = reply }
                findings.append(Finding(check, reply, is: .acceptance, trouble: Trouble(of: reply)))
            }
            let domain = recipient.split(separator: "@").last ?? ""
            let unlisted = try await ask(dialogue, from: "", to: "\(BackupMX.unlisted)@\(domain)")
            findings.append(Finding(Self.unlistedCheck, unlisted, is: .relayedRefusal, after: control))
            guard let largest else { return nil }
            // This is the last command: Postfix uses the size for the next message too.
            let reply = try await dialogue.send("MAIL FROM:<>" + (hello.offers("SIZE") ? " SIZE=\(largest)" : ""))
            let evidence = reply.isPositive ? "\(largest) bytes: \(reply)" : "\(reply) (\(largest) bytes)"
            findings.append(
                Finding(Self.largestCheck, reply, is: .acceptance, evidence: evidence, trouble: .size))
            return nil
        }
    }

    private func ask(_ dialogue: SMTPDialogue, from sender: String, to recipient: String) async throws -> SMTPReply {
        var reply = try await dialogue.send("MAIL FROM:<\(sender)>")
        if reply.isPositive { reply = try await dialogue.send("RCPT TO:<\(recipient)>") }
        _ = try await dialogue.send("RSET")
        return reply
    }

    /// Evaluates the primary's size limit. If it is smaller than the backup's limit plus what the backup adds, the
    /// backup accepts messages that the primary refuses. If it is much larger, the backup refuses messages without
    /// need.
    private func sizeFinding(_ hello: SMTPReply) -> Finding {
        let theirs = hello.size.map(String.init) ?? "none"
        return Finding(
            Self.sizeCheck, hello, is: .size(messageSize),
            evidence: "the primary's: \(theirs), the backup's: \(messageSize.map(RelayedSize.described) ?? "none")",
            trouble: .size)
    }

    /// Checks that the primary accepts many messages at once, because the whole queue arrives when the primary is
    /// back.
    private func endurance() async throws -> [Finding] {
        let check = "primary accepts many messages at once"
        return try await connector.findings(of: [check]) { dialogue, findings in
            var reply = try await dialogue.greeting()
            if reply.isPositive { reply = try await dialogue.send("EHLO \(hostname)") }
            guard reply.isPositive else { return reply }
            for sent in 0..<Self.burst {
                reply = try await dialogue.send("MAIL FROM:<>")
                guard reply.isPositive else {
                    let evidence = "\(reply) (after \(sent))"
                    findings.append(Finding(check, reply, is: .acceptance, evidence: evidence, trouble: .rateLimit))
                    return reply
                }
                _ = try await dialogue.send("RSET")
            }
            findings.append(Finding(check, reply, is: .acceptance, evidence: "\(Self.burst) without a pause"))
            return nil
        }
    }
}

extension SMTPReply {
    /// The limit that a reply to EHLO contains (RFC 1870); nil if it contains none or 0, which means no limit.
    var size: Int? {
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count > 1, words[0].uppercased() == "SIZE", let size = Int(words[1]) else { continue }
            return size > 0 ? size : nil
        }
        return nil
    }
}
