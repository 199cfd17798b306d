/// The primary's sshd: where guests ask for recipients, and where they are introduced.
public struct PrimaryAccess: Sendable, Hashable {
    /// What guests and this machine alone believe.
    public var hostKey: HostKey
    public var port: Int
    /// Who logs in from this machine and may become root; nil where people install what guests need there.
    public var user: String?
    /// A name or an address; nil for the one within the VPN.
    public var address: String?
    /// The private key's file; nil leaves it to the agent and to ssh's configuration.
    public var identity: String?
    /// `user@host:port`, as for `ssh -J`.
    public var jump: String?
    /// Where the primary sees guests come from; nil for each guest's own address.
    public var from: [IPAddress]?
}

extension PrimaryAccess {
    init?(_ parameters: inout Parameters) {
        let hostKey: HostKey? = parameters.value("host_key")
        let port = parameters.integer("port", in: 1...65535, default: 22)
        let user: UserName? = parameters.optionalValue("user")
        let address: Host? = parameters.optionalValue("address")
        let identity = parameters.optionalPath("identity")
        let jump: JumpHosts? = parameters.optionalValue("jump")
        let from: [IPAddress]? = parameters.optionalValues("from")
        if user == nil {
            for key in ["address", "identity", "jump"] where parameters.keys.contains(key) {
                parameters.wrong(key, "`\(key)` is given without `user`, so nobody logs in")
            }
        }
        guard let hostKey else { return nil }
        self.init(
            hostKey: hostKey,
            port: port,
            user: user?.description,
            address: address?.description,
            identity: identity,
            jump: jump?.description,
            from: from
        )
    }
}
