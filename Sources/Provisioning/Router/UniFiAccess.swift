/// How the UniFi console of a site is reached, and why its answers are believed.
public struct UniFiAccess: Sendable, Hashable {
    /// A local admin.
    public struct Login: Sendable, Hashable {
        public var user: String
        public var password: SecretSource
    }

    /// A name or an address, without brackets.
    public var host: String
    public var port: Int
    /// The console's own word for the site.
    public var site: String
    public var trust: CertificateTrust
    /// Nil where there is a login alone.
    public var key: SecretSource?
    /// Nil where there is a key alone; beside one it is for a console that does not let the key in.
    public var login: Login?
    /// Where mail comes in.
    public var interface: String
}

extension UniFiAccess {
    init?(_ parameters: inout Parameters) {
        let host: Host? = parameters.value("address")
        // UniFi OS; a classic controller listens on 8443.
        let port = parameters.integer("port", in: 1...65535, default: 443)
        let site: UniFiSiteName? = parameters.optionalValue("site")
        let trust = CertificateTrust(&parameters, of: "the console")
        let key = parameters.optionalSection("key") { SecretSource(&$0) } ?? nil
        let login = parameters.optionalSection("login") { Login(&$0) } ?? nil
        if !parameters.keys.contains("key"), !parameters.keys.contains("login") {
            parameters.wrong(nil, "one of `key`, `login` is missing, to enter with; a key is the better one")
        }
        let interface: WANInterface? = parameters.optionalValue("interface")
        guard let host, let trust, key != nil || login != nil else { return nil }
        self.init(
            host: host.description,
            port: port,
            site: site?.description ?? "default",
            trust: trust,
            key: key,
            login: login,
            interface: interface?.description ?? "wan"
        )
    }
}

extension UniFiAccess.Login {
    fileprivate init?(_ parameters: inout Parameters) {
        let user = parameters.string("user")
        if user.isEmpty, parameters.keys.contains("user") { parameters.wrong("user", "`user` is empty") }
        guard let password = SecretSource(&parameters), !user.isEmpty else { return nil }
        self.init(user: user, password: password)
    }
}

/// A site of a UniFi console: what its page's address has, not its title.
private struct UniFiSiteName: Notation {
    let description: String

    init(reading text: String) throws(Misfit) {
        guard text.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil else {
            throw Misfit(
                text:
                    "`\(text)` is no site of a UniFi console; the word in its page's address is wanted, like `default`")
        }
        description = text
    }
}

/// An interface of a UniFi gateway to the internet (the API's `pfwd_interface`).
private struct WANInterface: Notation {
    let description: String

    init(reading text: String) throws(Misfit) {
        guard text.wholeMatch(of: /wan[2-9]?|both|all/) != nil else {
            throw Misfit(text: "`\(text)` is no interface to the internet; `wan`, `wan2`, `both` or `all` is wanted")
        }
        description = text
    }
}
