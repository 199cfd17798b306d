/// Why a primary does not take what its backup relays, as far as its reply tells.
public enum Trouble: String, Sendable, Hashable, CaseIterable {
    /// It checks the sender's SPF record against the backup's address.
    case spf
    /// It wants to be asked again later, as of any stranger.
    case greylisting
    /// It takes so many messages or connections a minute from one client.
    case rateLimit
    /// It takes smaller messages than the backup does, or larger ones.
    case size
    /// It lets nobody in from the backup's address: a block list, an access table, a name that does not fit.
    case client
    /// It does not relay for the domain, or not for the backup.
    case domain
    /// Packets of full size do not get through to it.
    case packetSize
    /// It has no such recipient.
    case recipient
    case other

    /// Servers tell by words what codes do not (enhanced ones: RFC 3463, 5.7.23: RFC 7372).
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
