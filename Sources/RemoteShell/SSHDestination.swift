/// The destination of an ssh connection and the options to reach it. The user's own configuration and agent apply too
/// (``SSHConfiguration``).
public struct SSHDestination: Sendable, Hashable {
    /// A name, an address, or an alias of the user's ssh configuration.
    public var host: String
    public var user: String
    public var port: Int
    /// The path of the private key. If nil, the agent and the user's configuration select it.
    public var identity: String?
    /// The jump hosts, as for `ssh -J`.
    public var jump: String?
    /// The name under which the host's key is known. For a guest it does not depend on its current address.
    public var hostKeyAlias: String
    /// The path of the known_hosts file. ssh trusts no other file.
    public var knownHosts: String
    /// Whether an unknown key is accepted and stored: trust on first use.
    public var acceptsNewKey = false
    /// The ssh_config(5) file to read instead of the user's and the system's; nil to read these.
    public var configuration: String?
    /// Whether ssh's configuration may name another user than ``user``.
    public var isUserDefault = false
    /// Whether ssh's configuration may name another port than ``port``.
    public var isPortDefault = false

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

    /// Returns the arguments of ssh(1), and the environment variables that they need. Every ssh is started with these.
    ///
    /// - Parameters:
    ///   - control: the connection to use, or to open for later clients; nil for a connection that ends with this ssh.
    ///   - configuration: the path of the file that ``SSHConfiguration`` describes.
    func commandLine(
        _ control: ControlSocket?, configuration: String, _ more: [String]
    ) -> (arguments: [String], variables: [String: String]) {
        var variables: [String: String] = [:]
        var options = [
            // A key in our known_hosts file alone identifies the host, whatever else the user trusts.
            SSHOption("StrictHostKeyChecking", acceptsNewKey ? "accept-new" : "yes"),
            SSHOption("UserKnownHostsFile", path: knownHosts, &variables),
            SSHOption("GlobalKnownHostsFile", "/dev/null"),
            SSHOption("KnownHostsCommand", "none"),
            SSHOption("HostKeyAlias", hostKeyAlias),
            SSHOption("CheckHostIP", "no"),
            SSHOption("VerifyHostKeyDNS", "no"),
            SSHOption("NoHostAuthenticationForLocalhost", "no"),
            SSHOption("HashKnownHosts", "no"),
            // This is the fingerprint that the error about a changed key shows.
            SSHOption("FingerprintHash", "sha256"),
            // These are the methods that need no prompt.
            SSHOption("PubkeyAuthentication", "yes"),
            SSHOption("PreferredAuthentications", "gssapi-with-mic,hostbased,publickey"),
            SSHOption("ConnectTimeout", "10"),
            SSHOption("ConnectionAttempts", "1"),
            SSHOption("ServerAliveInterval", "15"),
            SSHOption("ServerAliveCountMax", "4"),
        ]
        if let control {
            options += [
                SSHOption("ControlMaster", "auto"), SSHOption("ControlPersist", String(control.lifetime)),
                SSHOption("ControlPath", path: control.path, &variables),
            ]
        } else {
            options += [SSHOption("ControlPath", "none")]
        }
        if let identity {
            options += [SSHOption("IdentityFile", path: identity, &variables), SSHOption("IdentitiesOnly", "yes")]
        }
        var arguments = ["-T", "-F", configuration]
        if !isUserDefault { arguments += ["-l", user] }
        if !isPortDefault { arguments += ["-p", String(port)] }
        if let jump { arguments += ["-J", jump] }
        return (arguments + options.flatMap { ["-o", $0.argument] } + more, variables)
    }
}
