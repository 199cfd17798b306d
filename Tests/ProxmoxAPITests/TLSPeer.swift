import Foundation
import HTTPTransport
import ProxmoxAPI
import TestSupport
import Testing

/// `openssl s_server` on loopback. The test chooses each byte that it sends and sees each byte that it receives.
actor TLSPeer {
    nonisolated let endpoint: Endpoint
    private let process: Process
    private let input: FileHandle
    private let output: AsyncStream<Data>
    /// The server's whole output: its own messages, and the unchanged bytes of clients.
    private(set) var text: String

    /// Waits until the server listens.
    init(_ certificate: Certificate) async throws {
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.path, "-key", certificate.keyPath,
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        self.input = input.fileHandleForWriting
        let (stream, continuation) = AsyncStream.makeStream(of: Data.self)
        // A thread that blocks: Dispatch loses the events of a descriptor whose number was another's a moment ago.
        let printed = output.fileHandleForReading
        Thread.detachNewThread {
            while true {
                let data = printed.availableData
                if data.isEmpty { break }
                continuation.yield(data)
            }
            continuation.finish()
        }
        self.output = stream
        try process.run()
        var text = ""
        var port: Int?
        for await data in stream {
            text += String(decoding: data, as: UTF8.self)
            port = text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/).flatMap { Int($0.1) }
            if port != nil { break }
        }
        endpoint = Endpoint(host: "127.0.0.1", port: try #require(port, "openssl s_server does not listen: \(text)"))
        self.text = text
    }

    /// Reads on until the server has printed `mark` `times` times, or has ended.
    func wait(for mark: String, times: Int = 1) async { await wait { $0.ranges(of: mark).count >= times } }

    /// Reads until the client has disconnected, in the handshake or after it; data that was sent before is printed by
    /// then.
    func waitForRefusal() async { await wait { $0.contains(/\n(ERROR|DONE)\n/) } }

    private func wait(until isThere: (String) -> Bool) async {
        guard !isThere(text) else { return }
        for await data in output {
            text += String(decoding: data, as: UTF8.self)
            if isThere(text) { return }
        }
    }

    /// Sends bytes, and waits until the server has read them: it checks for commands only at the start of a read.
    func send(_ bytes: String) async throws {
        try input.write(contentsOf: Data(bytes.utf8))
        var waiting: CInt = 0
        repeat {
            await Task.yield()
            try #require(ioctl(input.fileDescriptor, UInt(FIONREAD), &waiting) == 0)
        } while waiting > 0 && process.isRunning
    }

    /// Sends an answer with its length.
    func answer(_ json: String, status: String = "200 OK") async throws {
        try await send("HTTP/1.1 \(status)\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)")
    }

    /// Closes the current connection; the server keeps listening.
    func hangUp() async throws { try await send("q\n") }

    /// Ends the server and all its connections, and returns its whole output.
    func end() async -> String {
        // It has inherited a mask that blocks SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        for await data in output { text += String(decoding: data, as: UTF8.self) }
        await process.end()
        return text
    }
}

/// Tests that talk to a peer over TLS, one after another: a peer that is spawned while another's pipes are open would
/// hold them open too.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct `Over TLS` {}

/// A self-signed certificate for 127.0.0.1 and its key, in a folder of its own.
struct Certificate: Sendable {
    let folder: URL
    var path: String { folder.appending(path: "cert.pem").path }
    var keyPath: String { folder.appending(path: "key.pem").path }

    /// Creates a certificate for `name`: `IP:127.0.0.1` or `DNS:…`.
    init(for name: String = "IP:127.0.0.1") async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "mxp-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try await Self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", keyPath, "-out", path, "-subj", "/CN=mxprovision test", "-addext", "subjectAltName=\(name)"
        )
    }

    func fingerprint() async throws -> Trust.Digest {
        let line = try await Self.openssl("x509", "-in", path, "-noout", "-fingerprint", "-sha256")
        let text = String(try #require(line.split(separator: "=").last?.dropLast()))
        return try #require(Trust.Digest(text))
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    private static func openssl(_ arguments: String...) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let output = try await process.output()
        try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " "))")
        return output
    }
}
