public import ConfigurationFiles
import Engine
public import Guests

/// How to reach the UniFi console of a site, and how to verify its certificate.
public struct UniFiAccess: Sendable, Hashable {
    /// A local admin.
    public struct Login: Sendable, Hashable {
        public var user: String
        public var password: SecretSource
    }

    /// A host name or an address, without brackets.
    public var host: String
    public var port: Int
    /// The console's internal name of the site.
    public var site: String
    public var trust: CertificateTrust
    /// Nil if there is only a login.
    public var key: SecretSource?
    /// Nil if there is only a key. With a key, the login is the fallback for a console that rejects the key.
    public var login: Login?
    /// The interface that receives mail.
    public var interface: String
}

extension UniFiAccess {
    package init?(_ parameters: inout Parameters) {
        let host: Host? = parameters.value("address")
        // The port of UniFi OS. A classic controller listens on 8443.
        let port = parameters.integer("port", in: 1...65535, default: 443)
        let site: UniFiSiteName? = parameters.optionalValue("site")
        let trust = CertificateTrust(&parameters, of: "the console")
        let key = parameters.optionalSection("key") { SecretSource(&$0) } ?? nil
        let login = parameters.optionalSection("login") { Login(&$0) } ?? nil
        if !parameters.keys.contains("key"), !parameters.keys.contains("login") {
            parameters.missing(
                ["key", "login"], "`key` or `login` is missing; a key is preferred")
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

/// The name of a UniFi console's site, as in the console's URL, not the title.
private struct UniFiSiteName: ParsableText {
    let description: String

    init(reading text: String) throws(ParseError) {
        guard text.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil else {
            throw ParseError(
                text:
                    "invalid UniFi site `\(text)`: expected the name in the console's URL, such as `default`")
        }
        description = text
    }
}

/// A UniFi gateway's interface to the internet (the API's `pfwd_interface`).
private struct WANInterface: ParsableText {
    let description: String

    init(reading text: String) throws(ParseError) {
        guard text.wholeMatch(of: /wan[2-9]?|both|all/) != nil else {
            throw ParseError(
                text: "invalid WAN interface `\(text)`: expected `wan`, `wan2`, `both` or `all`")
        }
        description = text
    }
}
