package import ConfigurationFiles
import Engine
import RemoteShell
package import Secrets

/// The configuration file that a guest's monitor has for a channel: a curl(1) configuration, or a program's arguments.
extension AlertChannel {
    /// The sources of the channel's secrets.
    package var sources: [SecretSource] {
        switch target {
        case .web(.secret(let source), let token): [source] + [token].compactMap(\.self)
        case .web(.open, let token): [token].compactMap(\.self)
        case .relay(let relay): [relay.login?.password].compactMap(\.self)
        case .program: []
        }
    }

    /// Returns the content of the channel's file in the guest. Only root may read the file: other users could see
    /// secrets in curl's arguments.
    ///
    /// - Parameters:
    ///   - hostname: The name that the guest sends to an SMTP server in EHLO.
    ///   - authorityPath: The path of the authority's certificates in the guest.
    package func content(hostname: String, authorityPath: String, reveal: (SecretSource) -> Secret) -> Secret {
        var options: [(String, String)?] = []
        switch target {
        case .program(let words): return Secret(words.map { $0 + "\n" }.joined())
        case .web(let address, let token):
            let url = address.text(reveal)
            // Trailing slashes would be doubled.
            let base = url.hasSuffix("/") ? String(url.dropLast()) : url
            options = [
                ("url", kind == .gotify ? base + "/message" : kind == .healthchecks ? base : url), ("proto", "=https"),
            ]
            if let token = token.map({ reveal($0).reveal() }) {
                options.append(
                    ("header", kind == .gotify ? "X-Gotify-Key: \(token)" : "Authorization: Bearer \(token)"))
            }
        case .relay(let relay):
            let scheme = relay.encryption == .implicit ? "smtps" : "smtp"
            let host = relay.host.contains(":") ? "[\(relay.host)]" : relay.host
            options = [("url", "\(scheme)://\(host):\(relay.port)/\(hostname)"), ("proto", "=" + scheme)]
            options += relay.login.map { ("user", "\($0.user):\(reveal($0.password).reveal())") }.map { [$0] } ?? []
            options += [("mail-from", relay.from.description)]
            options += relay.recipients.map { ("mail-rcpt", $0.description) }
        }
        if authority != nil { options.append(("cacert", authorityPath)) }
        let lines = options.compactMap(\.self).map { name, value in "\(name) = \"\(Self.escaped(value))\"\n" }
        let flags = "globoff\n" + (kind == .smtp ? "ssl-reqd\n" : "")
        return Secret(lines.joined() + flags)
    }

    /// Escapes a value for quotation marks, between which only these two characters are special (curl(1), `--config`).
    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}

extension AlertChannel.Address {
    fileprivate func text(_ reveal: (SecretSource) -> Secret) -> String {
        switch self {
        case .open(let url): url.description
        case .secret(let source): reveal(source).reveal()
        }
    }
}
