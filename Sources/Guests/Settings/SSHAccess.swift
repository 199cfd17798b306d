package import ConfigurationFiles
import Engine

/// How to open a shell in the guest.
public struct SSHAccess: Sendable, Hashable {
    public enum Way: String, Sendable, Hashable, CaseIterable {
        /// ssh to the guest.
        case ssh
        /// ssh to the node, and `pct exec` there.
        case node
    }

    /// How the guest's first host key is verified. Later ones are known from the first session.
    public enum Trust: Sendable, Hashable {
        /// The template's key is in the inventory: a clone keeps the template's keys.
        case pinned(HostKey)
        /// The key is read through `pct exec`, over the node's own verified ssh connection.
        case node
        /// The first key that the guest presents is trusted.
        case firstUse
    }

    public var user: String
    /// Whether the inventory omits the user, so that ssh's configuration may set another one.
    public var isUserDefault = false
    /// A name or an address; nil for the guest's own address.
    public var address: String?
    /// The port of the guest's sshd, which its firewall must open.
    public var port: Int
    /// Whether the inventory omits the port, so that ssh's configuration may set another one.
    public var isPortDefault = false
    /// The path of the private key; nil to use the agent and ssh's configuration.
    public var identity: String?
    /// Jump hosts as `user@host:port`, as for `ssh -J`.
    public var jump: String?
    public var via: Way
    public var trust: Trust
    /// The node's sshd, if it is needed.
    public var node: NodeAccess?
}

/// How to open a shell on the node.
public struct NodeAccess: Sendable, Hashable {
    public var user: String
    /// Whether the inventory omits the user, so that ssh's configuration may set another one.
    public var isUserDefault = false
    /// A name or an address.
    public var address: String
    public var port: Int
    /// Whether the inventory omits the port, so that ssh's configuration may set another one.
    public var isPortDefault = false
    public var hostKey: HostKey
}

extension SSHAccess {
    private enum TrustName: String, CaseIterable {
        case pinned, node
        case firstUse = "first-use"
    }

    package init?(_ parameters: inout Parameters, nodeHost: String?) {
        let user: UserName? = parameters.optionalValue("user")
        let address: Host? = parameters.optionalValue("address")
        let port = parameters.integer("port", in: 1...65535, default: 22)
        let identity = parameters.optionalPath("identity")
        let jump: JumpHosts? = parameters.optionalValue("jump")
        let via = parameters.choice("via", default: Way.ssh)
        let node = parameters.optionalSection("node") { NodeAccess(&$0, host: nodeHost) } ?? nil
        let trust = Trust(&parameters, via: via)
        if !parameters.keys.contains("node"), parameters.isKnown("node") {
            if via == .node { parameters.wrong("via", "`via` is `node`, but the section `node` is missing; add it") }
            if trust == .node, via == .ssh {
                parameters.wrong("trust", "`trust` is `node`, but the section `node` is missing; add it")
            }
        }
        guard let trust else { return nil }
        self.init(
            user: user?.description ?? "root",
            isUserDefault: !parameters.keys.contains("user"),
            address: address?.description,
            port: port,
            isPortDefault: !parameters.keys.contains("port"),
            identity: identity,
            jump: jump?.description,
            via: via,
            trust: trust,
            node: node
        )
    }
}

extension SSHAccess.Trust {
    fileprivate init?(_ parameters: inout Parameters, via: SSHAccess.Way) {
        let hostKey: HostKey? = parameters.optionalValue("host_key")
        let hasHostKey = parameters.keys.contains("host_key")
        let name: SSHAccess.TrustName? = parameters.optionalChoice("trust")
        switch name ?? (hasHostKey ? .pinned : via == .node ? .node : nil) {
        case .pinned?:
            if !hasHostKey { parameters.wrong("trust", "`trust` is `pinned`, but `host_key` is missing; add it") }
            guard let hostKey else { return nil }
            self = .pinned(hostKey)
        case .node?: self = .node
        case .firstUse?: self = .firstUse
        case nil:
            if !parameters.keys.contains("trust"), parameters.isKnown("via") {
                parameters.missing(
                    ["host_key", "trust"],
                    "`host_key` is missing; set it to the template's `/etc/ssh/ssh_host_ed25519_key.pub`, or set `trust: node` to read it through the node"
                )
            }
            return nil
        }
        if name != nil, name != .pinned, hasHostKey {
            parameters.wrong("host_key", "`host_key` is set, but `trust` is not `pinned`; remove one of them")
        }
    }
}

extension NodeAccess {
    fileprivate init?(_ parameters: inout Parameters, host: String?) {
        let user: UserName? = parameters.optionalValue("user")
        let address: Host? = host == nil ? parameters.value("address") : parameters.optionalValue("address")
        let port = parameters.integer("port", in: 1...65535, default: 22)
        let hostKey: HostKey? = parameters.value("host_key")
        guard let hostKey, let address = address?.description ?? host else { return nil }
        self.init(
            user: user?.description ?? "root", isUserDefault: !parameters.keys.contains("user"), address: address,
            port: port, isPortDefault: !parameters.keys.contains("port"), hostKey: hostKey)
    }
}
