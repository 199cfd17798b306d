/// How the API of a site's node is reached, and why its answers are believed.
public struct ProxmoxAccess: Sendable, Hashable {
    /// What vouches for the node's certificate.
    public enum Trust: Sendable, Hashable {
        /// The certificate is this one, whoever signed it.
        case fingerprint(Fingerprint)
        /// The certificate is signed by an authority of this PEM file, and made out for ``ProxmoxAccess/host``.
        case authority(path: String)
    }

    public enum Credential: Sendable, Hashable {
        /// `id` is `user@realm!name`.
        case token(id: String, SecretSource)
        /// `user` is `user@realm`.
        case login(user: String, SecretSource)
    }

    /// A name or an address, without brackets.
    public var host: String
    public var port: Int
    /// The node's name within Proxmox.
    public var node: String
    public var trust: Trust
    public var credential: Credential
}

extension ProxmoxAccess {
    init?(_ parameters: inout Parameters) {
        let host: Host? = parameters.value("address")
        let port = parameters.integer("port", in: 1...65535, default: 8006)
        let node: ProxmoxName? = parameters.value("node")
        let trust = Trust(&parameters)
        let credential = Credential(&parameters)
        guard let host, let node, let trust, let credential else { return nil }
        self.init(
            host: host.description,
            port: port,
            node: node.description,
            trust: trust,
            credential: credential
        )
    }
}

extension ProxmoxAccess.Trust {
    fileprivate init?(_ parameters: inout Parameters) {
        switch parameters.exactlyOne(of: ["fingerprint", "ca"], for: "know the node's certificate by") {
        case "fingerprint"?:
            guard let fingerprint = parameters.value("fingerprint", as: Fingerprint.self) else { return nil }
            self = .fingerprint(fingerprint)
        case _?: self = .authority(path: parameters.path("ca"))
        case nil: return nil
        }
    }
}

extension ProxmoxAccess.Credential {
    fileprivate init?(_ parameters: inout Parameters) {
        let credential: Self?? =
            switch parameters.exactlyOne(of: ["token", "login"], for: "enter with") {
            case "token"?:
                parameters.section("token") { part in
                    let id: TokenID? = part.value("id")
                    let source = SecretSource(&part)
                    guard let id, let source else { return nil }
                    return .token(id: id.description, source)
                }
            case _?:
                parameters.section("login") { part in
                    let user: ProxmoxUser? = part.value("user")
                    let source = SecretSource(&part)
                    guard let user, let source else { return nil }
                    return .login(user: user.description, source)
                }
            case nil: nil
            }
        guard case let credential?? = credential else { return nil }
        self = credential
    }
}
