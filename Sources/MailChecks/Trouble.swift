/// The likely reason why a primary does not accept what its backup relays, as far as its reply shows it.
public enum Trouble: String, Sendable, Hashable, CaseIterable {
    /// The primary checks the sender's SPF record against the backup's address.
    case spf
    /// The primary asks to retry later, as it does for every unknown client.
    case greylisting
    /// The primary limits the messages or connections per minute from one client.
    case rateLimit
    /// The primary's maximum message size is smaller than the backup's, or larger.
    case size
    /// The primary rejects every connection from the backup's address: a block list, an access table, a name that does
    /// not match.
    case client
    /// The primary does not relay for the domain, or not for the backup.
    case domain
    /// Full-size packets do not reach the primary.
    case packetSize
    /// The recipient does not exist at the primary.
    case recipient
    /// The reply shows no known reason.
    case other

    /// Finds the reason in a reply. Servers report by text what codes do not distinguish (enhanced codes: RFC 3463,
    /// 5.7.23: RFC 7372).
    init(of reply: SMTPReply) {
        self =
            if reply.says("5.7.23", "spf", "sender policy framework") {
                .spf
            } else if reply.says("greylist", "graylist", "grey-list", "try again") {
                .greylisting
            } else if reply.says("too much", "too many", "rate limit", "rate exceeded", "4.7.28") {
                .rateLimit
            } else if reply.code == 552 || reply.says("5.3.4") {
                .size
            } else if reply.says("5.1.1", "user unknown", "no such user", "unknown user") {
                .recipient
            } else if reply.says(
                "relay access denied", "relaying denied", "relay not permitted", "relaying not allowed")
            {
                .domain
            } else if reply.says("blocked", "blacklist", "blocklist", "client host", "helo command") {
                .client
            } else {
                .other
            }
    }
}
