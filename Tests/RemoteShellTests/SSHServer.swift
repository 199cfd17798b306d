import Foundation
import RemoteShell
import TestSupport
import Testing

/// A real sshd on loopback with its own folder. The test reads its log.
actor SSHServer {
    nonisolated let port: Int
    nonisolated let user: String
    nonisolated let folder: ServerFolder
    private let process: Process
    private let output: AsyncStream<Data>
    private(set) var log = ""

    /// Waits until the server listens.
    ///
    /// - Parameter account: the accepted user. If the test runs as root, the user need not exist on this machine.
    private init(account: ServerFolder.Account, in folder: ServerFolder) async throws {
        self.folder = folder
        user = account.name
        port = try Self.freePort()
        process = Process()
        let command = ["/usr/sbin/sshd", "-D", "-e", "-f", try folder.configure(port: port, account: account)]
        // An sshd closes every inherited descriptor. Foundation takes that for its end and waits for it, so a
        // shell is in between.
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = try ["-c", "\"$@\"; exit", "sh"] + folder.command(command, as: account)
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let (stream, continuation) = AsyncStream.makeStream(of: Data.self)
        // A thread that blocks: Dispatch loses the events of a descriptor whose number was another's a moment ago.
        let printed = pipe.fileHandleForReading
        Thread.detachNewThread {
            while true {
                let data = printed.availableData
                if data.isEmpty { break }
                continuation.yield(data)
            }
            continuation.finish()
        }
        output = stream
        try process.run()
        await wait(for: "Server listening")
        try #require(log.contains("Server listening on 127.0.0.1 port \(port)"), "sshd does not listen: \(log)")
    }

    /// Reads on until the log holds `mark` `times` times, or the server has ended.
    func wait(for mark: String, times: Int = 1) async {
        guard log.ranges(of: mark).count < times else { return }
        for await data in output {
            log += String(decoding: data, as: UTF8.self)
            if log.ranges(of: mark).count >= times { return }
        }
    }

    /// The number of accepted logins, as far as the log has been read.
    var logins: Int { log.ranges(of: "Accepted publickey").count }

    /// Runs a server and a shell that connects to it, while `body` runs.
    static func withShell(
        account: ServerFolder.Account = .current,
        in folder: ServerFolder? = nil,
        trusting keys: [String]? = nil,
        _ body: (SSHShell, SSHServer) async throws -> Void
    ) async throws {
        try await withServer(account: account, in: folder) { server in
            let shell = try SSHShell(try server.destination(trusting: keys))
            do {
                try await body(shell, server)
            } catch {
                await shell.close()
                throw error
            }
            await shell.close()
        }
    }

    /// Runs a server while `body` runs.
    static func withServer(
        account: ServerFolder.Account = .current,
        in folder: ServerFolder? = nil,
        _ body: (SSHServer) async throws -> Void
    ) async throws {
        let own = if let folder { folder } else { try await ServerFolder() }
        let server = try await SSHServer(account: account, in: own)
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Ends the server and its connections.
    private func stop() async {
        // They have inherited a mask that blocks SIGTERM.
        for descendant in Self.descendants(of: process.processIdentifier) { kill(descendant, SIGKILL) }
        await process.end()
        folder.remove()
    }

    /// The destination of a client that trusts the server's key.
    nonisolated func destination(trusting keys: [String]? = nil) throws -> SSHDestination {
        let known = KnownHosts(path: folder.path("known_hosts"))
        try known.text(pinning: keys ?? [folder.hostKey()], as: "guest")
            .write(toFile: known.path, atomically: true, encoding: .utf8)
        var destination = SSHDestination(
            host: "127.0.0.1", user: user, port: port, identity: folder.path("identity"),
            hostKeyAlias: "guest", knownHosts: known.path)
        destination.configuration = folder.path("ssh_config")
        return destination
    }

    private static func descendants(of process: pid_t) -> [pid_t] {
        let list = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        let children = (list ?? "").split(separator: " ").compactMap { pid_t($0) }
        return children + children.flatMap { descendants(of: $0) }
    }

    /// Asks the kernel for a free port.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        try #require(bound, "no free port: \(String(cString: strerror(errno)))")
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// Tests that talk to servers, one after another: a server that is spawned while another's pipe is open would hold it
/// open too.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct `Over ssh` {}

extension SSHServer {
    /// Waits until a script has opened a FIFO that it has made, with a deadline of ten seconds.
    nonisolated func waitForFIFO(_ path: String) async throws {
        _ = try await ProcessShell.local.run("timeout 10 sh -c 'until [ -p \"$1\" ]; do :; done; cat \"$1\"' - \(path)")
    }
}
