public import ConfigurationFiles
import Engine

/// How to reach the API of a site's node, verify its certificate, and authenticate.
public struct ProxmoxAccess: Sendable, Hashable {
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
    public var trust: CertificateTrust
    public var credential: Credential
}

extension ProxmoxAccess {
    package init?(_ parameters: inout Parameters) {
        let host: Host? = parameters.value("address")
        let port = parameters.integer("port", in: 1...65535, default: 8006)
        let node: ProxmoxNode? = parameters.value("node")
        let trust = CertificateTrust(&parameters, of: "the node")
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

extension ProxmoxAccess.Credential {
    fileprivate init?(_ parameters: inout Parameters) {
        let credential: Self?? =
            switch parameters.exactlyOne(of: ["token", "login"], for: "log in to Proxmox") {
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
