import Alerts
public import ConfigurationFiles
import Engine
public import Guests
import Resources
import Sites

/// The primary's sshd, on which guests read recipients and this machine enrolls their keys.
public struct PrimaryAccess: Sendable, Hashable {
    /// The only host key that guests and this machine trust.
    public var hostKey: HostKey
    public var port: Int
    /// Whether the inventory omits the port, so that this machine's ssh configuration may set another one.
    public var isPortDefault = false
    /// The user for logins from this machine, who may become root; nil if enrollment on the primary is manual.
    public var user: String?
    /// A name or an address; nil for the address within the VPN.
    public var address: String?
    /// The path of the private key; nil to use the agent and ssh's configuration.
    public var identity: String?
    /// Jump hosts as `user@host:port`, as for `ssh -J`.
    public var jump: String?
    /// The source addresses of guests as the primary sees them; nil for each guest's own address.
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
        if user == nil, parameters.isKnown("user") {
            for key in ["address", "identity", "jump"] where parameters.keys.contains(key) {
                parameters.wrong(key, "`\(key)` is set without `user`, so it is not used; set `user`, or remove it")
            }
        }
        guard let hostKey else { return nil }
        self.init(
            hostKey: hostKey,
            port: port,
            isPortDefault: !parameters.keys.contains("port"),
            user: user?.description,
            address: address?.description,
            identity: identity,
            jump: jump?.description,
            from: from
        )
    }
}
