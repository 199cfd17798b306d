package import ConfigurationFiles
import Engine
import Resources
import Yams

/// The relayed domains and the primary. An alert must not depend on them, because it is sent while the primary is down.
package struct RelayedMail {
    package var domains: [DomainName]
    /// The name and the address of the primary; nil if they are unknown.
    package var primary: (name: DomainName, address: IPAddress)?

    package init(domains: [DomainName], primary: (name: DomainName, address: IPAddress)?) {
        self.domains = domains
        self.primary = primary
    }

    /// Returns the relayed domain that contains a host name, or nil if none does.
    package func domain(around host: String) -> DomainName? {
        domains.first { host == $0.description || host.hasSuffix("." + $0.description) }
    }

    func isPrimary(_ host: String) -> Bool {
        host == primary?.name.description || host == primary?.address.description
    }
}

extension Parameters {
    /// Reads alert channels: one mapping, a list of mappings, or a `{{ name }}` whose variable holds them.
    ///
    /// - Parameter mail: nil if the relayed domains are unknown.
    package mutating func alertChannels(_ key: String, apartFrom mail: RelayedMail?) -> [AlertChannel] {
        guard let entry = entry(key) else { return [] }
        if let name = entry.value.scalar.flatMap({ Template.reference($0.string) }),
            case .value(let value)? = variables[name], let channels = value.content(as: [AlertChannel].self)
        {
            return channels
        }
        let read = { (part: inout Parameters) in AlertChannel(&part, apartFrom: mail) }
        let channels = entry.value.mapping == nil ? sections(key, read) : [section(key, read) ?? nil]
        return channels.compactMap(\.self)
    }

    /// Reads an address: the URL itself if it is not a secret, or the source of a secret URL.
    fileprivate mutating func webAddress(_ key: String, of kind: AlertChannel.Kind) -> AlertChannel.Address? {
        guard let entry = required(key) else { return nil }
        if entry.value.mapping != nil {
            return (section(key) { SecretSource(&$0) } ?? nil).map { .secret($0) }
        }
        guard kind != .slack, kind != .healthchecks else {
            wrong(
                key,
                "`\(key)` is a secret, because anyone who knows it can post there; set `env`, `file` or `command` to read it from"
            )
            return nil
        }
        return value(key).map { .open($0) }
    }
}

extension AlertChannel {
    package init?(_ parameters: inout Parameters, apartFrom mail: RelayedMail?) {
        let name = parameters.exactlyOne(of: Kind.allCases.map(\.rawValue), for: "send alerts")
        guard let kind = name.flatMap(Kind.init) else { return nil }
        if kind == .command {
            guard let words = parameters.program(kind.rawValue) else { return nil }
            self.init(kind: kind, target: .program(words))
            return
        }
        let channel = parameters.section(kind.rawValue) { part -> AlertChannel? in
            let target =
                kind == .smtp
                ? AlertRelay(&part, apartFrom: mail).map(Target.relay) : Target(&part, of: kind, apartFrom: mail)
            let authority = part.optionalPath("authority")
            if let authority { _ = part.pem(at: authority, of: "authority", .certificate) }
            return target.map { AlertChannel(kind: kind, target: $0, authority: authority) }
        }
        guard let channel = channel ?? nil else { return nil }
        self = channel
    }
}

extension AlertChannel.Target {
    fileprivate init?(_ parameters: inout Parameters, of kind: AlertChannel.Kind, apartFrom mail: RelayedMail?) {
        let address = parameters.webAddress("url", of: kind)
        var token: SecretSource?
        switch kind {
        case .gotify: token = parameters.section("token") { SecretSource(&$0) } ?? nil
        case .ntfy, .webhook: token = parameters.optionalSection("token") { SecretSource(&$0) } ?? nil
        default: break
        }
        if case .open(let url)? = address {
            if mail?.isPrimary(url.host) == true {
                parameters.wrong(
                    "url",
                    "`url` is on the primary `\(url.host)`, which cannot report its own failure; use another server")
            }
            if let flaw = kind.flaw(of: url) { parameters.wrong("url", "`url` is `\(url)`; \(flaw)") }
        }
        guard let address else { return nil }
        self = .web(address, token: token)
    }
}

extension AlertChannel.Kind {
    /// Returns why a URL is invalid for this kind, or nil if it is valid.
    func flaw(of url: WebAddress) -> String? {
        switch self {
        case .ntfy where url.path.drop { $0 == "/" }.isEmpty: "expected a path with a topic"
        case .gotify where url.hasQuery, .healthchecks where url.hasQuery:
            "expected no query, because a path is appended"
        default: nil
        }
    }
}

extension AlertRelay {
    fileprivate init?(_ parameters: inout Parameters, apartFrom mail: RelayedMail?) {
        let host: Host? = parameters.value("host")
        let encryption = parameters.choice("tls", default: Encryption.starttls)
        let port = parameters.integer("port", in: 1...65535, default: encryption.port)
        let login = parameters.optionalSection("login") { Login(&$0) } ?? nil
        let from: MailAddress? = parameters.value("from")
        let recipients: [MailAddress] = parameters.values("to")
        if let host = host?.description.lowercased() {
            if mail?.isPrimary(host) == true {
                parameters.wrong(
                    "host",
                    "`host` is the primary `\(host)`, which cannot relay alerts of its own failure; use another relay")
            } else if let domain = mail?.domain(around: host) {
                parameters.wrong(
                    "host",
                    "`host` is `\(host)`, in the relayed domain `\(domain)`, and may fail together with it; use a relay in another domain"
                )
            }
        }
        for (item, recipient) in recipients.enumerated() where mail?.domains.contains(recipient.domain) == true {
            parameters.wrong(
                "to", item: item,
                "`\(recipient)` is in a relayed domain, so alerts would wait for the primary; set an address in another domain"
            )
        }
        guard let host, let from, !recipients.isEmpty else { return nil }
        self.init(
            host: host.description, port: port, encryption: encryption, login: login, from: from, recipients: recipients
        )
    }
}

extension AlertRelay.Login {
    fileprivate init?(_ parameters: inout Parameters) {
        let user = parameters.string("user")
        let password = SecretSource(&parameters)
        if user.contains(where: { $0 == ":" || $0.isNewline || $0 == "\0" }) {
            parameters.wrong("user", "`user` contains a colon, a line break or a NUL byte, which curl does not support")
        }
        guard let password else { return nil }
        self.init(user: user, password: password)
    }
}

extension Parameters {
    /// Reads a program of the guest and its arguments. Each must fit on one line of a file.
    fileprivate mutating func program(_ key: String) -> [String]? {
        let words = strings(key)
        for (item, word) in words.enumerated() where word.contains(where: { $0.isNewline || $0 == "\0" }) {
            wrong(key, item: item, "an argument in `\(key)` contains a line break or a NUL byte; remove it")
        }
        guard let program = words.first, program.hasPrefix("/") else {
            wrong(
                key, "`\(key)` does not begin with an absolute path; expected a program in the guest and its arguments")
            return nil
        }
        return words
    }
}
