public import Foundation
import Subprocess

/// A root shell on a host over ssh. It uses one connection until ``close()``, or until ``end()`` if the connection is
/// kept for later runs.
public final class SSHShell: Shell {
    public let destination: SSHDestination
    /// The guest that `pct exec` on the host enters; nil for a shell on the host itself.
    private let guest: Int?
    let control: ControlSocket
    /// The folder with ssh's configuration, and with the control socket unless the connection is kept.
    let folder: ConnectionFolder

    /// Prepares the shell without contacting the host.
    ///
    /// - Parameters:
    ///   - guest: the guest to enter if the host is a Proxmox node. This does not use the guest's network.
    ///   - isKept: whether the connection stays open for two minutes after ``close()``, and that of an earlier run is
    ///     reused.
    /// - Throws: ``ShellError/failed(host:reason:)`` if the folder of the connection cannot be created.
    public init(_ destination: SSHDestination, into guest: Int? = nil, isKept: Bool = false) throws {
        self.destination = destination
        self.guest = guest
        let shared = isKept ? try ControlSocket.shared(for: destination) : nil
        folder = try ConnectionFolder(for: destination)
        control = shared ?? folder.socket
    }

    deinit { folder.remove() }

    /// The name for messages: the host, or the guest and the host that leads to it.
    public var name: String { guest.map { "guest \($0) (by `pct exec` on \(destination.host))" } ?? destination.host }

    /// Runs a script as root on the host.
    ///
    /// - Throws: ``ShellError``
    public func run(_ script: Script) async throws -> CommandResult {
        try await run(script, Wait(.query, for: "the answer to a query"))
    }

    public func run(_ script: Script, _ wait: Wait) async throws -> CommandResult {
        try await explained {
            let text = SSHSession.guardLine + ProcessShell.whole(script)
            let client = ssh(SSHSession.reader, wait)
            let ended = try await client.run(output: .data(limit: ProcessShell.limit)) { execution, _ in
                // If ssh ends early, its output has the reason.
                _ = try? await execution.standardInputWriter.write(text)
                try? await execution.standardInputWriter.finish()
            }
            try Task.checkCancellation()
            let completion = CommandResult(
                exit: ProcessShell.status(ended.terminationStatus), output: ended.standardOutput,
                errors: ended.standardError)
            return try SSHSession.completion(of: completion, sent: text, host: destination.host)
        }
    }

    public func run(_ script: Script, _ wait: Wait, onOutput take: (Data) -> Void) async throws -> CommandResult {
        try await explained {
            let text = SSHSession.guardLine + ProcessShell.whole(script)
            var filter = SSHSession.Filter()
            let completion = try await ssh(SSHSession.reader, wait).run(sending: text) { piece in
                if let own = filter.pass(piece) { take(own) }
            }
            return try SSHSession.completion(of: completion, sent: text, host: destination.host)
        }
    }

    /// Replaces the error of a failed ProxyCommand or jump host by what that printed. ssh discards this output for a
    /// connection that outlives its client (`ControlPersist`), so this method tries a connection that does not.
    func explained<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as ShellError where error.isOfProxy {
            let wait = Wait(.query, for: "the reason why the connection failed")
            let client = client(["--", destination.host, "exit"], over: nil, wait)
            guard let ended = try? await client.run(output: .discarded, { _, _ in }) else { throw error }
            let completion = CommandResult(
                exit: ProcessShell.status(ended.terminationStatus), errors: ended.standardError)
            throw completion.exit == 0 ? error : ShellError(ssh: completion, host: destination.host)
        }
    }

    /// Returns an ssh client that runs a program as root on the host or in the guest.
    func ssh(_ program: SSHSession.Program, _ wait: Wait) -> ChildProcess {
        let command = SSHSession.command(program, for: destination, into: guest)
        return client(["--", destination.host, command], over: control, wait)
    }

    /// Returns an ssh client for the host.
    ///
    /// - Parameter control: nil for a connection of its own, which ends with the client.
    private func client(_ words: [String], over control: ControlSocket?, _ wait: Wait) -> ChildProcess {
        let line = destination.commandLine(control, configuration: folder.configuration, words)
        return ChildProcess(
            executable: "ssh", arguments: line.arguments, added: line.variables, wait: wait, host: name)
    }

    /// Connects standard input and output to a TCP port: `$0` and `$1` are its address and number, `$2` is the time
    /// limit in seconds. It ends when either side closes the connection.
    ///
    /// It runs in an ordinary session, because an sshd may refuse to forward ports (`AllowTcpForwarding no`,
    /// `DisableForwarding yes`, `PermitOpen`), and `pct exec` has no such feature. It needs bash to open a connection;
    /// every Debian has bash.
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

    /// The loopback address, under which a host reaches itself.
    public static let loopback = "127.0.0.1"

    /// Seconds that a server may take to accept a connection.
    static let connectLimit = 10

    /// Opens a stream to a TCP port that the host reaches, while `body` runs.
    ///
    /// - Parameter address: the address of the port, without brackets (default: the host's own loopback).
    /// - Throws: ``ShellError/noStream(host:port:reason:)`` or ``ShellError/notConnected(address:port:from:reason:)``
    ///   if nothing answers there; another ``ShellError`` if `body` has failed and ssh reports the reason; otherwise
    ///   what `body` throws.
    public func withStream<Result: Sendable>(
        toPort port: Int,
        of address: String = loopback,
        _ body: (RemoteStream) async throws -> Result
    ) async throws -> Result {
        let relay = ["bash", "-c", Self.relay, address, String(port), String(Self.connectLimit)]
        let client = ssh(SSHSession.stream(relay), Wait(.change, for: "a connection to \(address):\(port)"))
        return try await explained {
            try await RemoteStream.open(
                client, isSession: true,
                explain: {
                    ShellError(stream: $0, from: name, to: address, port: port, sshHost: destination.host)
                },
                body
            )
        }
    }

    /// Ends the connection, unless it is kept for later runs.
    public func close() async {
        if !control.isKept { await end() }
        folder.remove()
    }

    /// Ends the connection, even if the current task is cancelled. An open connection would hide that the host's key
    /// has changed.
    public func end() async {
        if !control.end() {
            let exit = client(
                ["-O", "exit", "--", destination.host], over: control,
                Wait(.program, for: "the end of the ssh connection"))
            var brief = Timeouts.current
            brief.program = min(brief.program, .seconds(10))
            await Timeouts.with(brief) {
                await Task { _ = try? await exit.run(output: .discarded) { _, _ in } }.value
            }
            control.kill()
        }
        control.remove()
        folder.remove()
    }
}
