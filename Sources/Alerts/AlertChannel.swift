public import ConfigurationFiles
import Engine
import Resources

/// A channel through which a guest sends alerts. It does not use the mail queue that the guest monitors.
public struct AlertChannel: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A topic of an ntfy server: the text as body, title and priority as headers.
        case ntfy
        /// An application of a Gotify server: JSON to `/message`.
        case gotify
        /// `{"text": …}`, the format of Slack, Mattermost, Rocket.Chat and Discord (`…/slack`).
        case slack
        /// JSON with all fields of an event.
        case webhook
        /// A dead-man's switch: requested every minute if there are no problems, and with `/fail` after the path if
        /// there are.
        case healthchecks
        /// An SMTP server that relays, reached over TLS.
        case smtp
        /// A program of the guest; the text on its standard input, the rest as `ALERT_…` in its environment.
        case command
    }

    /// The destination of a channel.
    public enum Target: Sendable, Hashable {
        /// An HTTPS server, and its access token if it requires one.
        case web(Address, token: SecretSource?)
        case relay(AlertRelay)
        /// A program and its arguments; no shell is involved.
        case program([String])
    }

    /// The URL of a web service.
    public enum Address: Sendable, Hashable {
        case open(WebAddress)
        /// A secret URL: anyone who knows it can write there.
        case secret(SecretSource)
    }

    public var kind: Kind
    public var target: Target
    /// The path of a PEM file with the authorities to trust, in place of Debian's.
    public var authority: String?
}

/// An SMTP server that relays mail for authorized clients.
public struct AlertRelay: Sendable, Hashable {
    public enum Encryption: String, Sendable, Hashable, CaseIterable {
        /// STARTTLS on a connection that begins unencrypted (RFC 3207). Nothing is sent if the server does not offer
        /// it.
        case starttls
        /// TLS from the first byte (RFC 8314, 3.3).
        case implicit

        package var port: Int { self == .starttls ? 587 : 465 }
    }

    /// A name or an address, without brackets.
    public var host: String
    public var port: Int
    public var encryption: Encryption
    /// Nil if the relay authorizes the guest by its address.
    public var login: Login?
    public var from: MailAddress
    public var recipients: [MailAddress]

    public struct Login: Sendable, Hashable {
        public var user: String
        public var password: SecretSource
    }
}

extension [AlertChannel] {
    /// The channels with unique names, under which a guest stores them: the kind, with a number from the second of a
    /// kind on.
    package var named: [(name: String, channel: AlertChannel)] {
        var counts: [AlertChannel.Kind: Int] = [:]
        return map { channel in
            let count = counts[channel.kind, default: 0] + 1
            counts[channel.kind] = count
            return (count == 1 ? channel.kind.rawValue : "\(channel.kind.rawValue)-\(count)", channel)
        }
    }

    /// Whether any of the channels needs curl(1).
    package var needsCurl: Bool { contains { $0.kind != .command } }
}
