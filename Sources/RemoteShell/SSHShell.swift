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
            host: destination.host
        )
        let completion = try await ssh.run(script, wait)
        guard let ended = Self.ending(of: completion) else {
            throw ShellError(ssh: completion, host: destination.host)
        }
        return ended
    }

    /// An ssh client that belongs to this connection.
    func ssh(_ arguments: [String], _ wait: Wait) -> ChildProcess {
        ChildProcess(executable: "ssh", arguments: arguments, wait: wait, host: destination.host)
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

    /// Opens a stream to a TCP port that the host reaches, for the length of `body`: `ssh -W`, or for a guest behind
    /// `pct exec` a bash, as every Debian has one.
    ///
    /// - Parameter address: where the port is; the host's own loopback unless given. Without brackets.
    /// - Throws: ``ShellError`` where `body` has failed and ssh says why, and otherwise what `body` throws.
    public func withStream<Result: Sendable>(
        toPort port: Int,
        of address: String = "127.0.0.1",
        _ body: (RemoteStream) async throws -> Result
    ) async throws -> Result {
        let options = destination.arguments(control)
        let relay: Script = "bash -c 'exec 3<>\"/dev/tcp/$0/$1\"; cat <&3 & exec cat >&3' \(address) \(port)"
        let end = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        let arguments =
            guest == nil
            ? options + ["-W", end, "--", destination.host]
            : options + ["--", destination.host, command(relay.text)]
        return try await RemoteStream.open(
            ssh(arguments, Wait(.change, for: "a connection to port \(port)")),
            explain: { ShellError(stream: $0, host: destination.host, port: port) },
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
    /// What ssh, or the relay behind `pct exec`, says of a stream that did not come about or broke.
    init(stream errors: Data, host: String, port: Int) {
        let completion = Completion(exit: 255, errors: errors)
        let isForwarding = ["tdio forwarding", "open failed", "/dev/tcp/"].contains(
            where: completion.errorText.contains)
        self =
            isForwarding
            ? .noStream(host: host, port: port, reason: completion.errorText.trimmingCharacters(in: .newlines))
            : ShellError(ssh: completion, host: host)
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
