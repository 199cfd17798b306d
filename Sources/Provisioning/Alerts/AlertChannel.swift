/// A way by which a guest tells of its troubles, and which does not lead through the mail queue that it watches.
public struct AlertChannel: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A topic of an ntfy server: the text as body, title and priority as headers.
        case ntfy
        /// An application of a Gotify server: JSON to `/message`.
        case gotify
        /// `{"text": …}`, as Slack, Mattermost, Rocket.Chat and Discord (`…/slack`) take it.
        case slack
        /// JSON with all that is known of an event.
        case webhook
        /// A dead-man's switch: asked each minute while all is well, and with `/fail` behind the path while it is not.
        case healthchecks
        /// An SMTP server that relays, reached over TLS.
        case smtp
        /// A program of the guest; the text on its standard input, the rest as `ALERT_…` in its environment.
        case command
    }

    /// Where something is told.
    public enum Target: Sendable, Hashable {
        /// A server with HTTPS, and what it lets the guest in by, where it wants that.
        case web(Address, token: SecretSource?)
        case relay(AlertRelay)
        /// A program and its arguments; no shell is involved.
        case program([String])
    }

    /// The URL of a web service.
    public enum Address: Sendable, Hashable {
        case open(WebAddress)
        /// Whoever knows it can write there.
        case secret(SecretSource)
    }

    public var kind: Kind
    public var target: Target
    /// A PEM file of those that the server's certificate is trusted by, in the place of Debian's.
    public var authority: String?
}

/// An SMTP server that takes mail for others from those it knows.
public struct AlertRelay: Sendable, Hashable {
    public enum Encryption: String, Sendable, Hashable, CaseIterable {
        /// Asked for on a connection that begins in the clear (RFC 3207); without it nothing is sent.
        case starttls
        /// From the first byte (RFC 8314, 3.3).
        case implicit

        var port: Int { self == .starttls ? 587 : 465 }
    }

    /// A name or an address, without brackets.
    public var host: String
    public var port: Int
    public var encryption: Encryption
    /// Nil where the relay knows the guest by its address.
    public var login: Login?
    public var from: MailAddress
    public var recipients: [MailAddress]

    public struct Login: Sendable, Hashable {
        public var user: String
        public var password: SecretSource
    }
}

extension [AlertChannel] {
    /// Each with a name of its own, by which a guest keeps it: its kind, and a number from the second of a kind on.
    var named: [(name: String, channel: AlertChannel)] {
        var counts: [AlertChannel.Kind: Int] = [:]
        return map { channel in
            let count = counts[channel.kind, default: 0] + 1
            counts[channel.kind] = count
            return (count == 1 ? channel.kind.rawValue : "\(channel.kind.rawValue)-\(count)", channel)
        }
    }

    /// Whether any of them wants curl(1).
    var needsCurl: Bool { contains { $0.kind != .command } }
}
