public import Foundation

/// Why a script did not come to its end.
public enum ShellError: Error, Sendable, Equatable {
    /// The answer ended early: the connection broke, or the host's shell was killed.
    case truncated(expected: Int, got: Int, errors: String)
    /// Nothing was run: the scripts of an earlier run have not ended.
    case occupied(seconds: Int)
    /// Nothing was run: no name, no route, refused, timed out.
    case unreachable(host: String, reason: String)
    /// The host shows a key that is not the known one.
    case hostKeyChanged(host: String, reason: String)
    /// Nothing is known of the host's key.
    case hostKeyUnknown(host: String, reason: String)
    /// The host does not let the user in.
    case denied(host: String, reason: String)
    /// The user may not become root without a password.
    case noRoot(host: String, reason: String)
    /// The connection broke while the script ran: it may have gone on.
    case broken(host: String, reason: String)
    /// The host was reached, and nobody answers at a port of its loopback.
    case noStream(host: String, port: Int, reason: String)
    /// The host was reached, and cannot connect to a port of another one.
    case notConnected(address: String, port: Int, from: String, reason: String)
    /// The program that carries scripts is not there.
    case noProgram(String)
    /// The program that carries scripts could not be started.
    case notStarted(String, reason: String)
    /// The time of a wait is over; the program was ended.
    case overdue(host: String, Wait, limit: Int)
    /// More output than anything we ask for can have.
    case flooded(host: String, limit: Int)
}

extension ShellError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .truncated(let expected, let got, _): "the host answered \(got) of \(expected) questions"
        case .occupied(let seconds): "the scripts of an earlier run still work there after \(seconds) s"
        case .unreachable(let host, _): "\(host) cannot be reached by ssh"
        case .hostKeyChanged(let host, _): "\(host) shows another ssh host key than the known one"
        case .hostKeyUnknown(let host, _): "the ssh host key of \(host) is not known"
        case .denied(let host, _): "\(host) does not let us in"
        case .noRoot(let host, _): "the user on \(host) cannot become root"
        case .broken(let host, _): "the connection to \(host) broke while a script ran"
        case .noStream(let host, let port, _): "nothing answers on port \(port) of \(host)"
        case .notConnected(let address, let port, let host, _):
            "port \(port) of \(address) cannot be reached from \(host)"
        case .noProgram(let name): "`\(name)` is not installed on this machine"
        case .notStarted(let name, _): "cannot start `\(name)`"
        case .overdue(let host, let wait, let limit):
            "timeout: \(host) did not finish within \(limit) s (waited for \(wait.purpose))"
        case .flooded(let host, let limit): "\(host) answered with more than \(limit) bytes"
        }
    }

    public var failureReason: String? {
        switch self {
        case .truncated(_, _, let reason), .unreachable(_, let reason), .hostKeyChanged(_, let reason),
            .hostKeyUnknown(_, let reason), .denied(_, let reason), .noRoot(_, let reason), .broken(_, let reason),
            .noStream(_, _, let reason), .notConnected(_, _, _, let reason), .notStarted(_, let reason):
            reason.isEmpty ? nil : reason
        case .noProgram, .flooded, .occupied, .overdue: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .truncated(_, _, let errors) where errors.contains("No space left"):
            "Make room on the host (`df -h /tmp`), then run the command again."
        case .truncated, .broken: "Run the command again: what was done is found, and the rest is done."
        case .occupied: "See there what they are at (`ps -ef --forest`), then run the command again."
        case .noStream(_, let port, _): "See on the host what listens there: `ss -ltnp 'sport = :\(port)'`."
        case .notConnected(let address, let port, _, _):
            "Check that a server listens on port \(port) of \(address), and the firewalls and the route between the two hosts."
        case .unreachable: "See that the host runs, that this machine reaches it, and that its sshd listens."
        case .hostKeyChanged:
            "If it was rebuilt by hand, or the state of its site lost: compare its key on its console (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`) and give that key as the site's `host_key:`."
        case .hostKeyUnknown: "Put the host's public key into the inventory (`host_key:`)."
        case .denied:
            "See that your key is in the host's authorized_keys, and name it with `identity:` or load it into your agent."
        case .noRoot: "Give the user `NOPASSWD: ALL` in sudoers, or log in as root."
        case .noProgram(let name): "`apt-get install \(name == "ssh" ? "openssh-client" : name)`"
        case .overdue(let host, let wait, _) where wait.kind == .program:
            "Check the program on \(host). If it only needs longer, give `\(wait.kind.option) SECONDS`."
        case .overdue(let host, let wait, _):
            "Check \(host) on its console: ssh login works, but it sends no answer. If it is only slow, give `\(wait.kind.option) SECONDS`."
        case .notStarted, .flooded: nil
        }
    }
}

extension ShellError {
    /// Whether the host was given all its time and did not answer.
    public var isOverdue: Bool {
        if case .overdue = self { true } else { false }
    }
}
