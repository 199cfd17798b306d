import Foundation
import Subprocess

/// A root shell on a host that ssh leads to, over one connection that is there until ``close()``, or ``end()`` where it is
/// to be kept for later runs.
public final class SSHShell: Shell {
    public let destination: SSHDestination
    /// The guest that `pct exec` on the host leads into; nil for a shell on the host itself.
    private let guest: Int?
    let control: ControlSocket

    /// Contacts nothing yet.
    ///
    /// - Parameters:
    ///   - guest: where the host is a Proxmox node, the guest to go on into, whatever its network does.
    ///   - isKept: whether the connection stays for two minutes after ``close()``, and one of an earlier run is used.
    /// - Throws: ``ShellError/unreachable(host:reason:)`` where no folder for the control socket can be made.
    public init(_ destination: SSHDestination, into guest: Int? = nil, isKept: Bool = false) throws {
        self.destination = destination
        self.guest = guest
        let shared = isKept ? try ControlSocket.shared(for: destination) : nil
        control = try shared ?? .fresh(for: destination.host)
    }

    deinit { control.removeIfUnused() }

    /// Printed behind everything else, with how the script ended: ssh's own failure (255), and that of `pct`, which may
    /// have any status, are not taken for the script's.
    private static let marker = "mxprovision-exit "

    /// A program on the host, or in the guest, as root.
    private func command(_ program: String) -> String {
        let rank = destination.user == "root" ? "" : "sudo -n "
        let way = guest.map { "pct exec \($0) -- " } ?? ""
        return "exec \(rank)\(way)\(program)"
    }

    /// What the shell is on, for messages: the host, or the guest and the host that leads to it.
    public var name: String { guest.map { "guest \($0) (by `pct exec` on \(destination.host))" } ?? destination.host }

    /// What ssh is called with, to run a program as root.
    func sshArguments(for program: String) -> [String] {
        destination.arguments(control) + ["--", destination.host, command(program)]
    }

    /// Tells how what came before it has ended.
    static let report = "echo \"\(marker)$?\" >&2"
    /// Reads a script on standard input.
    static let shell = "/bin/sh -c '/bin/sh -s; \(report)'"

    /// Runs a script as root on the host.
    ///
    /// - Throws: ``ShellError``
    public func run(_ script: Script) async throws -> Completion {
        try await run(script, Wait(.query, for: "the answer to a query"))
    }

    public func run(_ script: Script, _ wait: Wait) async throws -> Completion {
        let ssh = ProcessShell(
            executable: "ssh",
            arguments: sshArguments(for: Self.shell),
            host: name
        )
        let completion = try await ssh.run(script, wait)
        guard let ended = Self.ending(of: completion) else {
            throw ShellError(ssh: completion, host: destination.host)
        }
        return ended
    }

    /// An ssh client that belongs to this connection.
    func ssh(_ arguments: [String], _ wait: Wait) -> ChildProcess {
        ChildProcess(executable: "ssh", arguments: arguments, wait: wait, host: name)
    }

    /// Takes the marker off the errors; nil where there is none, and so the script did not come to its end.
    static func ending(of completion: Completion) -> Completion? {
        let errors = completion.errors
        guard let range = errors.range(of: Data(marker.utf8), options: .backwards),
            let end = errors[range.upperBound...].firstIndex(of: UInt8(ascii: "\n")),
            let status = Int(String(decoding: errors[range.upperBound..<end], as: UTF8.self))
        else { return nil }
        return Completion(exit: status, output: completion.output, errors: Data(errors[..<range.lowerBound]))
    }

    /// Connects standard input and output to a TCP port: `$0` and `$1` are its address and number, `$2` is the time limit
    /// in seconds. Ends when either side closes the connection.
    ///
    /// It runs in an ordinary session, because an sshd may refuse to forward ports (`AllowTcpForwarding no`,
    /// `DisableForwarding yes`, `PermitOpen`), and `pct exec` has nothing like it. Only bash can open a connection; every
    /// Debian has it.
    static let relay = """
        { sleep "$2" 2>/dev/null; echo "/dev/tcp/$0/$1: Connection timed out" >&2; kill $$; } </dev/null >/dev/null &
        timer=$!
        exec 3<>"/dev/tcp/$0/$1" || { kill $timer; exit 1; }
        exec 2>/dev/null
        kill $timer
        wait $timer
        cat <&3 & reader=$!
        cat <&0 >&3 & writer=$!
        wait -n
        kill $reader $writer
        """

    /// The address under which a host is its own.
    public static let loopback = "127.0.0.1"

    /// Seconds that a server may take to accept a connection.
    static let connectLimit = 10

    /// Opens a stream to a TCP port that the host reaches, for the length of `body`.
    ///
    /// - Parameter address: where the port is; the host's own loopback unless given. Without brackets.
    /// - Throws: ``ShellError/noStream(host:port:reason:)`` or ``ShellError/notConnected(address:port:from:reason:)`` if
    ///   nothing answers there; another ``ShellError`` if `body` has failed and ssh says why; otherwise what `body` throws.
    public func withStream<Result: Sendable>(
        toPort port: Int,
        of address: String = loopback,
        _ body: (RemoteStream) async throws -> Result
    ) async throws -> Result {
        let relay: Script = "bash -c \(Self.relay) \(address) \(port) \(Self.connectLimit)"
        return try await RemoteStream.open(
            ssh(sshArguments(for: relay.text), Wait(.change, for: "a connection to \(address):\(port)")),
            explain: { ShellError(stream: $0, from: name, to: address, port: port, sshHost: destination.host) },
            body
        )
    }

    /// Ends the connection, unless it is to be kept.
    public func close() async { if !control.isKept { await end() } }

    /// Ends the connection, in a task that is cancelled too. A live one would hide that the host's key has changed.
    public func end() async {
        if !control.end() {
            let arguments = destination.arguments(control) + ["-O", "exit", "--", destination.host]
            var brief = Timeouts.current
            brief.program = min(brief.program, .seconds(10))
            await Timeouts.with(brief) {
                let exit = ssh(arguments, Wait(.program, for: "the end of the ssh connection"))
                await Task { _ = try? await exit.run(output: .discarded) { _, _ in } }.value
            }
            control.kill()
        }
        control.remove()
    }
}

extension ShellError {
    /// Explains a stream that was not opened or broke, by what its relay or ssh printed. bash prints
    /// `0: line 3: /dev/tcp/10.1.0.12/25: Connection refused`.
    init(stream errors: Data, from name: String, to address: String, port: Int, sshHost: String) {
        let completion = Completion(exit: 255, errors: errors)
        let lines = completion.errorText.split(whereSeparator: \.isNewline)
        guard let line = lines.last(where: { $0.contains("/dev/tcp/") || $0.contains("bash") }) else {
            self = ShellError(ssh: completion, host: sshHost)
            return
        }
        let reason = line.contains("/dev/tcp/") ? line.split(separator: ": ").last.map(String.init) : nil
        self =
            address == SSHShell.loopback
            ? .noStream(host: name, port: port, reason: reason ?? String(line))
            : .notConnected(address: address, port: port, from: name, reason: reason ?? String(line))
    }

    /// What ssh says when it ends without having run the script (ssh(1) exits with 255 then).
    init(ssh completion: Completion, host: String) {
        let lines = completion.errorText.split(whereSeparator: \.isNewline).map(String.init)
        let text = lines.joined(separator: "\n")
        let reason = lines.suffix(6).joined(separator: "\n")
        func says(_ words: String...) -> Bool { words.contains { text.localizedStandardContains($0) } }
        self =
            if says("HOST IDENTIFICATION HAS CHANGED") {
                .hostKeyChanged(host: host, reason: lines.filter { $0.hasPrefix("SHA256:") }.joined(separator: "\n"))
            } else if says("host key is known", "Host key verification failed") {
                .hostKeyUnknown(host: host, reason: reason)
            } else if says("Permission denied", "Too many authentication failures") {
                .denied(host: host, reason: reason)
            } else if says("sudo:") {
                .noRoot(host: host, reason: reason)
            } else if says(
                "Connection refused", "timed out", "Could not resolve", "No route to host", "unreachable",
                "Connection closed by", "Connection reset by", "kex_exchange_identification"
            ) {
                .unreachable(host: host, reason: reason)
            } else {
                .broken(host: host, reason: reason)
            }
    }
}
