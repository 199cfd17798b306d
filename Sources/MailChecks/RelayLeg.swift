/// Judges whether the primary takes what the backup relays to it, by what it answers to RCPT; no message is sent.
///
/// To be asked from the backup's own address: that is what the primary's checks look at.
public struct RelayLeg<Connector: SMTPConnector>: Sendable {
    /// A recipient that the primary has.
    public var recipient: String
    /// The backup's name.
    public var hostname: String
    /// The largest message that the backup takes, in bytes; nil where it sets no limit.
    public var messageSize: Int?
    /// A domain whose SPF record lets nobody send (`v=spf1 -all`): mail from it shows whether the primary looks at SPF.
    public var strictDomain: String
    private let connector: Connector

    /// More than a cautious limit lets through in a minute (`smtpd_client_message_rate_limit`), and few for a drain.
    private static var burst: Int { 40 }

    public init(
        recipient: String,
        hostname: String,
        messageSize: Int?,
        strictDomain: String,
        through connector: Connector
    ) {
        self.recipient = recipient
        self.hostname = hostname
        self.messageSize = messageSize
        self.strictDomain = strictDomain
        self.connector = connector
    }

    /// - Throws: ``SMTPError``, and what the connector throws.
    public func judge() async throws -> [Finding] { try await acceptance() + endurance() }

    private func acceptance() async throws -> [Finding] {
        try await connector.session { dialogue in
            let banner = try await dialogue.greeting()
            var findings = [Finding.relayed("primary answers", banner)]
            guard banner.isPositive else { return findings }
            let hello = try await dialogue.send("EHLO \(hostname)")
            findings.append(judge(sizeIn: hello))
            for (check, sender) in [
                ("primary takes bounces", ""), ("primary takes mail whose SPF forbids it", "probe@\(strictDomain)"),
            ] {
                findings.append(.relayed(check, try await ask(dialogue, from: sender, to: recipient)))
            }
            let domain = recipient.split(separator: "@").last ?? ""
            let unlisted = try await ask(dialogue, from: "", to: "\(BackupMX.unlisted)@\(domain)")
            findings.append(
                Finding("primary refuses unlisted recipients", unlisted.isPositive ? .warn : .pass, "\(unlisted)"))
            await dialogue.quit()
            return findings
        }
    }

    private func ask(_ dialogue: SMTPDialogue, from sender: String, to recipient: String) async throws -> SMTPReply {
        var reply = try await dialogue.send("MAIL FROM:<\(sender)>")
        if reply.isPositive { reply = try await dialogue.send("RCPT TO:<\(recipient)>") }
        _ = try await dialogue.send("RSET")
        return reply
    }

    /// Larger ones would be bounced to their senders by the backup; smaller ones are refused to no purpose.
    private func judge(sizeIn hello: SMTPReply) -> Finding {
        let check = "primary's size limit is the backup's"
        let theirs = hello.size
        let evidence =
            "the primary's: \(theirs.map(String.init) ?? "none"), the backup's: \(messageSize.map(String.init) ?? "none")"
        guard theirs != messageSize else { return Finding(check, .pass, evidence) }
        let isSmaller = (theirs ?? .max) < (messageSize ?? .max)
        return Finding(check, isSmaller ? .fail : .warn, evidence, trouble: .size)
    }

    /// When the primary is back, the whole queue comes at once.
    private func endurance() async throws -> [Finding] {
        let check = "primary takes many messages at once"
        return try await connector.session { dialogue in
            var reply = try await dialogue.greeting()
            if reply.isPositive { reply = try await dialogue.send("EHLO \(hostname)") }
            for sent in 0..<Self.burst where reply.isPositive {
                reply = try await dialogue.send("MAIL FROM:<>")
                guard reply.isPositive else {
                    return [Finding(check, .fail, "\(reply) (after \(sent))", trouble: .rateLimit)]
                }
                reply = try await dialogue.send("RSET")
            }
            await dialogue.quit()
            return [reply.isPositive ? Finding(check, .pass, "\(Self.burst) without a pause") : .relayed(check, reply)]
        }
    }
}

extension SMTPReply {
    /// The limit that a reply to EHLO names (RFC 1870); nil where there is none, for which 0 stands too.
    var size: Int? {
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count > 1, words[0].uppercased() == "SIZE", let size = Int(words[1]) else { continue }
            return size > 0 ? size : nil
        }
        return nil
    }
}

extension Finding {
    /// That the primary accepts something; a refusal is told with what is behind it.
    fileprivate static func relayed(_ check: String, _ reply: SMTPReply) -> Finding {
        reply.isPositive
            ? Finding(check, .pass, "\(reply)") : Finding(check, .fail, "\(reply)", trouble: Trouble(of: reply))
    }
}
