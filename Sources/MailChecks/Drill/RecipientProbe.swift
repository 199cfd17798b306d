/// Whether a server would take a canary, by what it answers to RCPT; no message is sent.
public struct RecipientProbe: Sendable {
    public var recipient: String
    /// The name that the client gives itself.
    public var host: String

    public init(recipient: String, host: String) {
        self.recipient = recipient
        self.host = host
    }

    /// The reply to RCPT, or the first one before it that was not positive.
    ///
    /// - Throws: ``SMTPError``, and what the connector throws.
    public func ask(through connector: some SMTPConnector) async throws -> SMTPReply {
        try await connector.session { dialogue in
            var reply = try await dialogue.greeting()
            for command in ["EHLO \(host)", "MAIL FROM:<>", "RCPT TO:<\(recipient)>"] where reply.isPositive {
                reply = try await dialogue.send(command)
            }
            await dialogue.quit()
            return reply
        }
    }
}
