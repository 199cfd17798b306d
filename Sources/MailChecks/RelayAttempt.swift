/// An attempt to make a server accept mail for a foreign or nonexistent recipient.
///
/// Source routes, percent hacks, bang paths and quoted local parts are remains of RFC 5321 (4.1.2, appendix C) and
/// older mailers. The similar names are what a careless pattern in a table accepts.
struct RelayAttempt: Sendable, Hashable {
    /// The argument of `MAIL FROM:`.
    var sender = "<>"
    /// The argument of `RCPT TO:`.
    var recipient: String

    var name: String { sender == "<>" ? "RCPT TO:\(recipient)" : "MAIL FROM:\(sender) RCPT TO:\(recipient)" }

    /// Returns all attempts for a server.
    ///
    /// - Parameters:
    ///   - domain: a domain that the server relays for.
    ///   - listed: the local part of a recipient in this domain.
    ///   - hostname: the server's own name.
    ///   - literals: the server's own addresses in brackets.
    static func all(domain: String, listed: String, hostname: String, literals: [String]) -> [RelayAttempt] {
        let elsewhere = "elsewhere.example"
        let recipients = [
            "<victim@\(elsewhere)>", "victim@\(elsewhere)", "< victim@\(elsewhere) >", "<victim@[203.0.113.9]>",
            "<victim@[IPv6:2001:db8::9]>", "<victim:\(elsewhere)>", "<victim@\(elsewhere)@\(domain)>",
            "<victim@\(elsewhere)@\(hostname)>", "<\(listed)@\(domain)@\(elsewhere)>",
            // Percent hacks.
            "<victim%\(elsewhere)>", "<victim%\(elsewhere)@\(domain)>", "<victim%\(elsewhere)@\(hostname)>",
            // Bang paths.
            "<\(elsewhere)!victim>", "<\(elsewhere)!victim@\(domain)>", "<\(elsewhere)!victim@\(hostname)>",
            // Source routes.
            "<@\(domain):victim@\(elsewhere)>", "<@\(hostname):victim@\(elsewhere)>",
            "<@a.example,@\(domain):victim@\(elsewhere)>",
            // Quoted local parts.
            "<\"victim@\(elsewhere)\">", "<\"victim%\(elsewhere)\">", "<\"victim@\(elsewhere)\"@\(domain)>",
            "<\"victim%\(elsewhere)\"@\(domain)>",
            "<\"\(elsewhere)!victim\"@\(domain)>",
            // The server itself, which has no mailboxes, and whose own mail does not come from the network.
            "<root@localhost>", "<root@\(hostname)>", "<postmaster@\(hostname)>", "<abuse@\(hostname)>",
            "<MAILER-DAEMON@\(hostname)>", "<double-bounce@\(hostname)>", "<\(listed)@\(hostname)>",
            // Programs and files, which a local delivery might run or write to.
            "<|/bin/id@\(domain)>", "<\"|/bin/id\"@\(domain)>", "</etc/passwd@\(domain)>", "<-f@\(domain)>",
            // Names that are similar to the domain's.
            "<\(listed)@sub.\(domain)>", "<\(listed)@mail.sub.\(domain)>", "<\(listed)@not\(domain)>",
            "<\(listed)@not-\(domain)>", "<\(listed)@\(domain).\(elsewhere)>", "<\(listed)@\(domain)-x.example>",
            "<\(listed)@\(domain).example>", "<\(listed)@\(doubled(domain))>", "<\(listed)@\(shortened(domain))>",
        ]
        let ownRecipients = literals.flatMap { literal in
            [
                "<\(listed)@\(literal)>", "<postmaster@\(literal)>", "<victim%\(elsewhere)@\(literal)>",
                "<\(elsewhere)!victim@\(literal)>", "<\"victim@\(elsewhere)\"@\(literal)>",
            ]
        }
        let senders =
            [
                "<postmaster@\(hostname)>", "<\(listed)@\(domain)>", "<root@localhost>",
                "<victim@[203.0.113.9]>", "<> AUTH=<>",
            ] + literals.map { "<root@\($0)>" }
        // Every server must accept a bare `postmaster` (RFC 5321, 4.5.1).
        let bare = listed.lowercased() == "postmaster" ? [] : ["<\(listed)>"]
        var seen: Set<String> = []
        return (recipients + bare + ownRecipients).filter { seen.insert($0).inserted }.map {
            RelayAttempt(recipient: $0)
        }
            + senders.map { RelayAttempt(sender: $0, recipient: "<victim@\(elsewhere)>") }
    }

    /// Returns the domain with a typing error: the first letter twice.
    private static func doubled(_ domain: String) -> String { domain.prefix(1) + domain }
    private static func shortened(_ domain: String) -> String { String(domain.dropFirst()) }
}
