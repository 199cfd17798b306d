import Foundation

/// The configuration file of one ssh connection. It includes the user's configuration, and sets before it what a
/// script on standard input needs.
///
/// ssh takes the first value of each option. It passes the file on to the ssh clients of jump hosts (`ssh -F`), which
/// these options affect in the same way; so the file contains only what is right for all of them.
struct SSHConfiguration: Sendable, Hashable {
    /// Options of the user that cannot be combined with a script on standard input, or that have side effects. All are
    /// known to OpenSSH 8.7; ssh would reject an unknown name.
    static let neutral: [SSHOption] = [
        // No person can answer a prompt.
        SSHOption("BatchMode", "yes"),
        SSHOption("RequestTTY", "no"),
        SSHOption("EscapeChar", "none"),
        // ssh runs only our command, with our standard input, in the foreground.
        SSHOption("SessionType", "default"),
        SSHOption("RemoteCommand", "none"),
        SSHOption("StdinNull", "no"),
        SSHOption("ForkAfterAuthentication", "no"),
        SSHOption("PermitLocalCommand", "no"),
        // Nothing is forwarded; `ssh -W` to the host behind a jump host does not count as forwarding.
        SSHOption("ClearAllForwardings", "yes"),
        SSHOption("ExitOnForwardFailure", "no"),
        SSHOption("Tunnel", "no"),
        SSHOption("ForwardAgent", "no"),
        SSHOption("ForwardX11", "no"),
        // ssh uses a connection that the user has opened to a jump host, and opens none.
        SSHOption("ControlMaster", "no"),
        // ssh prints only the reasons of failures on standard error.
        SSHOption("LogLevel", "INFO"),
        SSHOption("LogVerbose", "none"),
        SSHOption("VisualHostKey", "no"),
        // ssh changes no file and no agent of the user.
        SSHOption("UpdateHostKeys", "no"),
        SSHOption("AddKeysToAgent", "no"),
    ]

    /// The user's configuration files, in ssh's own order.
    let included: [String]
    /// Options for the destination that apply if the included files do not set them.
    let fallback: [SSHOption]
    let host: String

    init(for destination: SSHDestination) {
        included = destination.configuration.map { [$0] } ?? Self.standard
        host = destination.host
        fallback =
            (destination.isUserDefault ? [SSHOption("User", destination.user)] : [])
            + (destination.isPortDefault ? [SSHOption("Port", String(destination.port))] : [])
    }

    /// The files that ssh reads by default. ssh takes the home directory from the user database, not from `HOME`.
    private static let standard: [String] = {
        let home = getpwuid(getuid()).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) }
        return (home.map { [$0 + "/.ssh/config"] } ?? []) + ["/etc/ssh/ssh_config"]
    }()

    var text: String {
        var lines = ["# Written by mxprovision for one connection, and removed with it."]
        lines += Self.neutral.map(\.line)
        lines += included.map { SSHOption("Include", Self.pattern(for: $0)).line }
        if !fallback.isEmpty { lines += [SSHOption("Host", host).line] + fallback.map(\.line) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Escapes a path for `Include`, which takes a glob(7) pattern.
    private static func pattern(for path: String) -> String {
        String(path.flatMap { "*?[]\\".contains($0) ? ["\\", $0] : [$0] })
    }
}
