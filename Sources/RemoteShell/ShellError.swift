public import Foundation

/// The reason why a script did not reach its end.
public enum ShellError: Error, Sendable, Equatable {
    /// The output ended early: the connection broke, or the host's shell was killed.
    case truncated(expected: Int, got: Int, errors: String)
    /// Nothing was run: the scripts of an earlier run have not ended.
    case occupied(seconds: Int)
    /// Nothing was run: the name is unknown, there is no route, or the connection was refused or timed out.
    case unreachable(host: String, reason: String)
    /// The host's key is not the known one.
    case hostKeyChanged(host: String, reason: String)
    /// No key of the host is known.
    case hostKeyUnknown(host: String, reason: String)
    /// The host rejects the login.
    case denied(host: String, reason: String)
    /// The user cannot become root without a password.
    case noRoot(host: String, reason: String)
    /// ssh failed for another reason before the script was started.
    case failed(host: String, reason: String)
    /// ssh does not accept its configuration, or one of our options.
    case misconfigured(host: String, reason: String)
    /// ssh and the host's sshd support no common algorithm of one kind.
    case noCommonAlgorithm(host: String, reason: String)
    /// The host accepts the login and did not start the script: another program replaced it, or a step before it
    /// failed.
    case noScript(host: String, exit: Int, reason: String)
    /// The connection broke while the script ran; the script may have continued.
    case broken(host: String, reason: String)
    /// The host was reached, and nothing answers on a port of its loopback.
    case noStream(host: String, port: Int, reason: String)
    /// The host was reached, and cannot connect to a port of another host.
    case notConnected(address: String, port: Int, from: String, reason: String)
    /// The program that carries scripts is not installed.
    case noProgram(String)
    /// The program that carries scripts could not be started.
    case notStarted(String, reason: String)
    /// The time limit of a wait is over; the program was ended.
    case overdue(host: String, Wait, limit: Int)
    /// The output is larger than that of any expected script.
    case flooded(host: String, limit: Int)
}

extension ShellError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .truncated(let expected, let got, _): "the host returned \(got) of \(expected) results"
        case .occupied(let seconds): "the scripts of an earlier run still run on the host after \(seconds) s"
        case .unreachable(let host, _): "\(host) cannot be reached by ssh"
        case .hostKeyChanged(let host, _): "the ssh host key of \(host) has changed"
        case .hostKeyUnknown(let host, _): "the ssh host key of \(host) is not known"
        case .denied(let host, _): "\(host) rejects the ssh login"
        case .noRoot(let host, _): "the user on \(host) cannot become root"
        case .failed(let host, _): "ssh to \(host) failed before anything was run there"
        case .misconfigured(let host, _): "ssh does not accept its configuration for \(host)"
        case .noCommonAlgorithm(let host, _): "ssh on this machine and \(host) have no algorithm in common"
        case .noScript(let host, let exit, _):
            "\(host) accepts the login, but did not start our script (exit status \(exit))"
        case .broken(let host, _): "the connection to \(host) broke while a script ran"
        case .noStream(let host, let port, _): "nothing answers on port \(port) of \(host)"
        case .notConnected(let address, let port, let host, _):
            "port \(port) of \(address) cannot be reached from \(host)"
        case .noProgram(let name): "`\(name)` is not installed on this machine"
        case .notStarted(let name, _): "cannot start `\(name)`"
        case .overdue(let host, let wait, let limit):
            "timeout: \(host) did not finish within \(limit) s (waited for \(wait.purpose))"
        case .flooded(let host, let limit): "\(host) returned more than \(limit) bytes"
        }
    }

    public var failureReason: String? {
        switch self {
        case .truncated(_, _, let reason), .unreachable(_, let reason), .hostKeyChanged(_, let reason),
            .hostKeyUnknown(_, let reason), .denied(_, let reason), .noRoot(_, let reason), .broken(_, let reason),
            .failed(_, let reason), .misconfigured(_, let reason), .noCommonAlgorithm(_, let reason),
            .noScript(_, _, let reason), .noStream(_, _, let reason), .notConnected(_, _, _, let reason),
            .notStarted(_, let reason):
            reason.isEmpty ? nil : reason
        case .noProgram, .flooded, .occupied, .overdue: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .truncated(_, _, let errors) where errors.contains("No space left"):
            "Free space on the host (`df -h /tmp`), then run the command again."
        case .truncated, .broken: "Run the command again: it continues with what is missing."
        case .occupied: "Check on the host what they do (`ps -ef --forest`), then run the command again."
        case .noStream(_, let port, _): "Check on the host what listens on the port: `ss -ltnp 'sport = :\(port)'`."
        case .notConnected(let address, let port, _, _):
            "Check that a server listens on port \(port) of \(address), and the firewalls and the route between the two hosts."
        case .unreachable: "Check that the host runs, that this machine can reach it, and that its sshd listens."
        case .hostKeyChanged:
            "If the host was rebuilt by hand, or the state of its site was lost: compare its key on its console (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), and set that key as the site's `host_key:`."
        case .hostKeyUnknown: "Put the host's public key into the inventory (`host_key:`)."
        case .denied:
            "Check that your key is in the host's authorized_keys. Set it with `identity:` or load it into your agent; a key with a passphrase needs the agent. `PubkeyAcceptedAlgorithms` in your ssh configuration must allow its type."
        case .failed(let host, _):
            "Nothing was run on the host. Correct what ssh reports; `ssh -v \(host)` shows more."
        case .misconfigured:
            "Correct the line that ssh names (`~/.ssh/config`, `/etc/ssh/ssh_config`). If it names an option that you do not use, update ssh: OpenSSH 8.7 or later is required."
        case .noCommonAlgorithm:
            "Allow an algorithm that the host offers in your ssh configuration (`HostKeyAlgorithms`, `KexAlgorithms`, `Ciphers`, `MACs`), or update the older side."
        case .noScript(let host, _, _):
            "`ssh \(host) true` must print nothing and exit with status 0. Check the user's login shell, its start files (`.bashrc`), a forced command (`command=` in authorized_keys, `ForceCommand`) and, with `via: node`, that the guest runs."
        case .noRoot: "Give the user `NOPASSWD: ALL` in sudoers, or log in as root."
        case .noProgram(let name): "`apt-get install \(name == "ssh" ? "openssh-client" : name)`"
        case .overdue(let host, let wait, _) where wait.kind == .program:
            "Check the program on \(host). If it only needs more time, use `\(wait.kind.option) SECONDS`."
        case .overdue(let host, let wait, _):
            "Check \(host) on its console: ssh login works, but it sends no reply. If it is only slow, use `\(wait.kind.option) SECONDS`."
        case .notStarted, .flooded: nil
        }
    }
}

extension ShellError {
    /// Whether the time limit passed without a reply from the host.
    public var isOverdue: Bool {
        if case .overdue = self { true } else { false }
    }
}
