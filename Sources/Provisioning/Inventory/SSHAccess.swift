/// How a shell in the guest is reached.
public struct SSHAccess: Sendable, Hashable {
    public enum Way: String, Sendable, Hashable, CaseIterable {
        /// ssh to the guest.
        case ssh
        /// ssh to the node, and `pct exec` there.
        case node
    }

    /// Why the guest's first host key is believed. Later ones are known from the first session.
    public enum Trust: Sendable, Hashable {
        /// It is the template's, as the inventory has it: a clone keeps the template's keys.
        case pinned(HostKey)
        /// It is read through `pct exec`, over the node's own verified ssh.
        case node
        /// It is whatever is shown first.
        case firstUse
    }

    public var user: String
    /// A name or an address; nil for the guest's own.
    public var address: String?
    public var port: Int
    /// The private key's file; nil leaves it to the agent and to ssh's configuration.
    public var identity: String?
    /// `user@host:port`, as for `ssh -J`.
    public var jump: String?
    public var via: Way
    public var trust: Trust
    /// The node's sshd, where it is needed.
    public var node: NodeAccess?
}

/// How a shell on the node is reached.
public struct NodeAccess: Sendable, Hashable {
    public var user: String
    /// A name or an address.
    public var address: String
    public var port: Int
    public var hostKey: HostKey
}

extension SSHAccess {
    private enum TrustName: String, CaseIterable {
        case pinned, node
        case firstUse = "first-use"
    }

    init?(_ parameters: inout Parameters, nodeHost: String?) {
        let user: UserName? = parameters.optionalValue("user")
        let address: Host? = parameters.optionalValue("address")
        let port = parameters.integer("port", in: 1...65535, default: 22)
        let identity = parameters.optionalPath("identity")
        let jump: JumpHosts? = parameters.optionalValue("jump")
        let via = parameters.choice("via", default: Way.ssh)
        let node = parameters.optionalSection("node") { NodeAccess(&$0, host: nodeHost) } ?? nil
        let trust = Trust(&parameters, via: via)
        if !parameters.keys.contains("node") {
            if via == .node { parameters.wrong("via", "`via` is `node`, and the section `node` is missing") }
            if trust == .node, via == .ssh {
                parameters.wrong("trust", "`trust` is `node`, and the section `node` is missing")
            }
        }
        guard let trust else { return nil }
        self.init(
            user: user?.description ?? "root",
            address: address?.description,
            port: port,
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
            if !hasHostKey { parameters.wrong("trust", "`trust` is `pinned`, and `host_key` is missing") }
            guard let hostKey else { return nil }
            self = .pinned(hostKey)
        case .node?: self = .node
        case .firstUse?: self = .firstUse
        case nil:
            if !parameters.keys.contains("trust") {
                parameters.wrong(
                    nil,
                    "`host_key` is missing: the template's `/etc/ssh/ssh_host_ed25519_key.pub`; or give `trust: node`, which reads it through the node"
                )
            }
            return nil
        }
        if name != nil, name != .pinned, hasHostKey {
            parameters.wrong("host_key", "`host_key` is given, and `trust` is not `pinned`; one of them is too much")
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
        self.init(user: user?.description ?? "root", address: address, port: port, hostKey: hostKey)
    }
}
