import Foundation

extension ShellError {
    /// Explains a stream that was not opened or broke, from the messages of its relay or ssh. bash prints `0: line 3:
    /// /dev/tcp/10.1.0.12/25: Connection refused`.
    init(stream ended: CommandResult, from name: String, to address: String, port: Int, sshHost: String) {
        let outcome = SSHSession.Outcome(ended.errors)
        let lines = Self.lines(of: outcome.script ?? Data())
        guard let line = lines.last(where: { $0.contains("/dev/tcp/") || $0.contains("bash") }) else {
            self = ShellError(ssh: ended, host: sshHost)
            return
        }
        let reason = line.contains("/dev/tcp/") ? line.split(separator: ": ").last.map(String.init) : nil
        self =
            address == SSHShell.loopback
            ? .noStream(host: name, port: port, reason: reason ?? line)
            : .notConnected(address: address, port: port, from: name, reason: reason ?? line)
    }

    /// Explains a session whose script has not reached its end: first from where it ended, then from the messages of
    /// ssh or the host.
    ///
    /// - Parameter sent: the text that was sent; its lines are left out of the reason.
    init(ssh ended: CommandResult, sent: String = "", host: String) {
        let own = Set(sent.split(whereSeparator: \.isNewline).map(String.init))
        let outcome = SSHSession.Outcome(ended.errors)
        let lines = Self.lines(of: outcome.said).filter { !own.contains($0) }
        let reason = lines.suffix(Self.shownLines).joined(separator: "\n")
        if outcome.script != nil {
            self = .broken(host: host, reason: reason)
        } else if lines.contains(where: { $0.contains("sudo: ") }) {
            self = .noRoot(host: host, reason: reason)
        } else if ended.exit == Self.sshFailure {
            self.init(failedLogin: lines, reason, host: host)
        } else {
            let output = Self.lines(of: ended.output).filter { !own.contains($0) }
            let printed = output.suffix(Self.shownLines) + lines.suffix(Self.shownLines)
            self = .noScript(host: host, exit: ended.exit, reason: printed.joined(separator: "\n"))
        }
    }

    /// Whether a ProxyCommand or a jump host has failed, so that ssh itself does not know the reason.
    var isOfProxy: Bool {
        if case .unreachable(_, let reason) = self { reason.contains(proxyNote) } else { false }
    }

    /// The exit status of ssh(1) for every failure of its own.
    static let sshFailure = 255

    /// The number of last lines that are shown.
    private static let shownLines = 6

    private static func lines(of text: Data) -> [String] {
        String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Explains why ssh did not start our program, from its messages, because ssh gives no other sign.
    private init(failedLogin lines: [String], _ reason: String, host: String) {
        let text = lines.joined(separator: "\n")
        func says(_ words: String...) -> Bool { words.contains { text.localizedStandardContains($0) } }
        self =
            if says("HOST IDENTIFICATION HAS CHANGED") {
                .hostKeyChanged(host: host, reason: lines.filter { $0.hasPrefix("SHA256:") }.joined(separator: "\n"))
            } else if says("revoked by file") {
                .failed(host: host, reason: reason)
            } else if says("host key is known", "Host key verification failed") {
                .hostKeyUnknown(host: host, reason: reason)
            } else if says(
                "Bad configuration option", "bad configuration options", "Bad owner or permissions on",
                "command-line: line 0:", "no argument after keyword", "Can't open user config file"
            ) || lines.contains(where: { $0.contains(/line \d+:/) }) {
                .misconfigured(host: host, reason: reason)
            } else if says("Unable to negotiate with", "no matching ", "Invalid key length") {
                .noCommonAlgorithm(host: host, reason: reason)
            } else if says("Permission denied (", "Too many authentication failures", "account has expired") {
                .denied(host: host, reason: reason)
            } else if says(
                "Connection refused", "timed out", "Could not resolve", "No route to host", "unreachable",
                "Connection closed by", "Connection reset by", "kex_exchange_identification", "banner exchange",
                "Host is down"
            ) {
                .unreachable(host: host, reason: says("UNKNOWN port") ? "\(reason)\n\(proxyNote)" : reason)
            } else if reason.isEmpty || says("closed by remote host", "Broken pipe", "not responding") {
                // The connection was open, and the start lines of our program may be lost with it.
                .broken(host: host, reason: reason)
            } else {
                .failed(host: host, reason: reason)
            }
    }
}

/// A note for a failed ProxyCommand or jump host. ssh calls its far end UNKNOWN.
private let proxyNote = "the connection goes through a ProxyCommand or ProxyJump (`jump:` or ssh's configuration)"
