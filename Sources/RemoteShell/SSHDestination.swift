/// Where and how the OpenSSH client is to go. The user's own configuration and agent are honoured beside it.
public struct SSHDestination: Sendable, Hashable {
    /// A name, an address, or an alias of the user's ssh configuration.
    public var host: String
    public var user: String
    public var port: Int
    /// The private key's file; nil leaves it to the agent and the user's configuration.
    public var identity: String?
    /// As for `ssh -J`.
    public var jump: String?
    /// The name under which the host's key is known: a guest's, whatever its address is today.
    public var hostKeyAlias: String
    /// The file of known host keys that alone is believed.
    public var knownHosts: String
    /// Believe and note a key of which nothing is known: trust on first use.
    public var acceptsNewKey = false
    /// The file to read instead of the user's own and the machine's ssh_config(5); nil leaves it to them.
    public var configuration: String?

    public init(
        host: String,
        user: String = "root",
        port: Int = 22,
        identity: String? = nil,
        jump: String? = nil,
        hostKeyAlias: String,
        knownHosts: String
    ) {
        self.host = host
        self.user = user
        self.port = port
        self.identity = identity
        self.jump = jump
        self.hostKeyAlias = hostKeyAlias
        self.knownHosts = knownHosts
    }

    /// Options of ssh(1), without the destination.
    func arguments(_ control: ControlSocket) -> [String] {
        var options = [
            "BatchMode=yes",
            "StrictHostKeyChecking=\(acceptsNewKey ? "accept-new" : "yes")",
            "UserKnownHostsFile=\(knownHosts)",
            "GlobalKnownHostsFile=/dev/null",
            "HostKeyAlias=\(hostKeyAlias)",
            "HashKnownHosts=no",
            // A server's offer of further keys would be written behind our back.
            "UpdateHostKeys=no",
            "ConnectTimeout=10",
            "ServerAliveInterval=15",
            "ServerAliveCountMax=4",
            "ControlMaster=auto",
            "ControlPersist=\(control.lifetime)",
            "ControlPath=\(control.path)",
            "LogLevel=ERROR",
        ]
        if let identity { options += ["IdentityFile=\(identity)", "IdentitiesOnly=yes"] }
        var arguments = ["-T", "-p", String(port), "-l", user]
        if let jump { arguments += ["-J", jump] }
        if let configuration { arguments += ["-F", configuration] }
        return arguments + options.flatMap { ["-o", $0] }
    }
}
