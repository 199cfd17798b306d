/// Checks whether a server would accept a canary, by its reply to RCPT; no message is sent.
public struct RecipientProbe: Sendable {
    public var recipient: String
    /// The client's name in EHLO.
    public var host: String

    public init(recipient: String, host: String) {
        self.recipient = recipient
        self.host = host
    }

    /// Returns the reply to RCPT, or the first earlier reply that was not positive.
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
