import RemoteShell

/// The files that a guest keeps of a channel, for its monitor: a configuration of curl(1), or a program's words.
extension AlertChannel {
    /// Where the secrets of the channel come from.
    var sources: [SecretSource] {
        switch target {
        case .web(.secret(let source), let token): [source] + [token].compactMap(\.self)
        case .web(.open, let token): [token].compactMap(\.self)
        case .relay(let relay): [relay.login?.password].compactMap(\.self)
        case .program: []
        }
    }

    /// What stands in the guest's file of the channel, which nobody but root may read: curl's arguments others could see.
    ///
    /// - Parameters:
    ///   - hostname: what an SMTP server is greeted with.
    ///   - authorityPath: where the guest has the authority's certificates.
    func content(hostname: String, authorityPath: String, reveal: (SecretSource) -> Secret) -> Secret {
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

    /// Between quotation marks only these two are special (curl(1), `--config`).
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
