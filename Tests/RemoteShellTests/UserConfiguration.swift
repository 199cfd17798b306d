/// One ssh configuration that a user may have, and the expected result.
struct UserConfiguration: Sendable {
    enum Result: Sendable {
        /// The script's output and exit status are exact.
        case success
        /// The error's text contains this.
        case error(naming: String)
    }

    /// Lines of ssh_config(5). `@PORT@` is the server's port, and `@FOLDER@` a folder with its keys.
    var lines: String
    var result = Result.success

    /// A script on standard input would fail or hang under most of them.
    static let harmful: [UserConfiguration] = [
        "RemoteCommand tmux new -A", "SessionType none", "SessionType subsystem", "StdinNull yes",
        "ForkAfterAuthentication yes", "ForkAfterAuthentication yes\nSessionType none", "RequestTTY force",
        "RequestTTY yes", "RequestTTY force\nRemoteCommand exec zsh -l", "EscapeChar a", "EnableEscapeCommandline yes",
        "LocalForward 127.0.0.1:@PORT@ localhost:80\nExitOnForwardFailure yes",
        "RemoteForward 127.0.0.1:@PORT@ localhost:80\nExitOnForwardFailure yes",
        "DynamicForward 127.0.0.1:@PORT@\nExitOnForwardFailure yes", "GatewayPorts yes\nLocalForward 80 localhost:80",
        "Tunnel yes\nTunnelDevice any:any", "ForwardAgent yes", "ForwardX11 yes\nForwardX11Trusted yes",
        "PermitLocalCommand yes\nLocalCommand echo local", "PermitLocalCommand yes\nLocalCommand cat",
        "PermitLocalCommand yes\nLocalCommand exit 1", "ControlMaster yes\nControlPath @FOLDER@/mine",
        "ControlMaster auto\nControlPath @FOLDER@/%C\nControlPersist yes", "ControlPath none", "ControlPersist no",
        "BatchMode no", "NumberOfPasswordPrompts 0", "PreferredAuthentications password", "PubkeyAuthentication no",
        "LogLevel QUIET", "LogLevel DEBUG3", "LogVerbose *", "SyslogFacility LOCAL0", "VisualHostKey yes",
        "FingerprintHash md5", "VerifyHostKeyDNS yes", "UpdateHostKeys yes", "UpdateHostKeys ask",
        "HashKnownHosts yes", "KnownHostsCommand /bin/false", "StrictHostKeyChecking no",
        "StrictHostKeyChecking ask", "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /nonexistent",
        "CheckHostIP yes", "HostKeyAlias other", "NoHostAuthenticationForLocalhost yes", "AddKeysToAgent ask",
        "CanonicalizeHostname always\nCanonicalDomains example.org", "SendEnv *", "SetEnv LANG=tr_TR IFS=x",
        "PermitRemoteOpen none", "StreamLocalBindUnlink yes", "ConnectionAttempts 3",
        "Match host * exec true\n  RemoteCommand tmux\n  StdinNull yes",
        "Host *\n  SessionType none\nHost other\n  Port 1",
    ].map { UserConfiguration(lines: $0) }

    /// Options with which a user reaches hosts.
    static let useful: [UserConfiguration] = [
        "Compression yes", "ServerAliveInterval 1\nServerAliveCountMax 0", "TCPKeepAlive no", "ConnectTimeout 1",
        "IPQoS none", "RekeyLimit 1M 10s", "AddressFamily inet", "BindAddress 127.0.0.1", "BindInterface lo",
        "Ciphers aes128-ctr\nMACs hmac-sha2-256", "KexAlgorithms curve25519-sha256",
        "HostKeyAlgorithms ssh-ed25519", "IdentityAgent none", "IdentitiesOnly yes\nIdentityFile /nonexistent",
        "CertificateFile /nonexistent", "IgnoreUnknown UseKeychain\nUseKeychain yes", "User nobody",
        "ProxyCommand ssh -F none -o UserKnownHostsFile=@FOLDER@/known_hosts -o HostKeyAlias=guest -i "
            + "@FOLDER@/identity -p @PORT@ -W %h:%p 127.0.0.1",
        "XAuthLocation /nonexistent", "Include /nonexistent/*",
    ].map { UserConfiguration(lines: $0) }

    /// No host can be reached with these.
    static let hopeless: [UserConfiguration] = [
        ("HostKeyAlgorithms rsa-sha2-512", "HostKeyAlgorithms"),
        ("KexAlgorithms diffie-hellman-group1-sha1", "KexAlgorithms"), ("Ciphers 3des-cbc", "Ciphers"),
        ("Ciphers aes128-ctr\nMACs hmac-md5", "MACs"), ("Frobnicate yes", "frobnicate"), ("Port many", "line 1"),
        ("Host *\n  StdinNull perhaps", "line 2"), ("Ciphers none-such", "none-such"),
        ("ProxyCommand sh -c \"echo no way out >&2; exit 1\"", "no way out"),
        ("ProxyCommand /bin/false", "ProxyCommand"),
        ("ProxyCommand /nonexistent %h", "/nonexistent"), ("AddressFamily inet6", "ddress family"),
        ("BindAddress 203.0.113.1", "203.0.113.1"), ("ProxyJump nowhere.invalid", "nowhere.invalid"),
        ("RevokedHostKeys @FOLDER@/host_key.pub", "revoked"),
        ("PubkeyAcceptedAlgorithms rsa-sha2-512", "PubkeyAccepted"),
        ("HostName nowhere.invalid", "nowhere.invalid"), ("Match exec", "line 1"),
    ].map { UserConfiguration(lines: $0.0, result: .error(naming: $0.1)) }

    static let all = harmful + useful + hopeless
}
