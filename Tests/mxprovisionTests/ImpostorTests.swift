import Foundation
import TestSupport
import Testing

@testable import Resources

/// A TLS server in the node's place that records every byte that it receives after the handshake.
private struct Impostor {
    let folder: String
    let port: Int
    private let process = Process()
    private let input = Pipe()

    var taken: Data { FileManager.default.contents(atPath: folder + "/taken") ?? Data() }

    /// Listens with its own certificate for 127.0.0.1.
    init() async throws {
        folder = NSTemporaryDirectory() + "mxp-impostor-" + UUID().uuidString
        port = try Self.freePort()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try await Self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem", "-subj", "/CN=impostor",
            "-addext", "subjectAltName=IP:127.0.0.1")
        try Data().write(to: URL(filePath: folder + "/taken"))
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        // `-quiet`: prints only the received bytes.
        process.arguments = [
            "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", folder + "/cert.pem",
            "-key", folder + "/key.pem",
        ]
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder + "/taken"))
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = ContinuousClock.now + .seconds(30)
        while Self.connect(to: port) != 0 { try #require(ContinuousClock.now < deadline && process.isRunning) }
    }

    func fingerprint() async throws -> String {
        let line = try await Self.openssl("x509", "-in", folder + "/cert.pem", "-noout", "-fingerprint", "-sha256")
        return String(try #require(line.split(separator: "=").last).dropLast())
    }

    func stop() {
        // It has inherited a mask that blocks SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func openssl(_ arguments: String...) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let output = try await process.output()
        try #require(process.terminationStatus == 0)
        return output
    }

    private static func connect(to port: Int) -> CInt {
        onLoopback(port) { Foundation.connect($0, $1, $2) }.result
    }

    private static func freePort() throws -> Int {
        let bound = onLoopback(0) { descriptor, address, length in
            var length = length
            return bind(descriptor, address, length) == 0
                ? getsockname(descriptor, UnsafeMutablePointer(mutating: address), &length) : -1
        }
        try #require(bound.result == 0)
        return bound.port
    }

    private static func onLoopback(
        _ port: Int, _ body: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> (result: CInt, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return (result, Int(UInt16(bigEndian: address.sin_port)))
    }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct `An impostor in place of the node` {
    private static let pin = #"fingerprint: 9F:86[0-9A-F:]+"#

    private func with(_ body: (Command, Impostor) async throws -> Void) async throws {
        let (mxprovision, impostor) = (try Command(), try await Impostor())
        defer {
            impostor.stop()
            mxprovision.remove()
        }
        try await body(mxprovision, impostor)
    }

    /// Changes the inventory to the impostor's address and to the given `trust`.
    private func lead(_ mxprovision: Command, to impostor: Impostor, trusting trust: String? = nil) throws {
        let path = "Inventory/three-sites.yml"
        var text = try String(contentsOfFile: "\(mxprovision.folder)/\(path)", encoding: .utf8)
            .replacing("port: 1 ", with: "port: \(impostor.port) ")
        if let trust { text = text.replacing(try Regex(Self.pin), with: trust) }
        try #require(text.contains("port: \(impostor.port) "))
        try mxprovision.write(text, to: path)
    }

    static let commands = [
        ["doctor"], ["plan"], ["up"], ["status"], ["rebuild", "--yes"], ["teardown", "--yes", "--now"],
    ]

    /// Uses another key than the pinned one, and a certificate that the authority has not signed.
    @Test(arguments: commands)
    func `receives no byte, neither of the token nor of anything else`(words: [String]) async throws {
        try await with { mxprovision, impostor in
            try lead(mxprovision, to: impostor)
            let pinned = try await mxprovision([words[0], "secondary"] + words.dropFirst())
            #expect(pinned.status == 1)
            let told = pinned.output + pinned.errors
            #expect(told.contains("does not match the `fingerprint` in the inventory"), "\(told)")
            #expect(told.contains("shown   \(try await impostor.fingerprint())"), "\(told)")
            #expect(impostor.taken.count == 0)

            try FileManager.default.copyItem(
                atPath: "/etc/ssl/certs/ca-certificates.crt", toPath: mxprovision.folder + "/ca.pem")
            try lead(mxprovision, to: impostor, trusting: "ca: \(mxprovision.folder)/ca.pem")
            let unsigned = try await mxprovision([words[0], "secondary"] + words.dropFirst())
            #expect(unsigned.status == 1)
            #expect((unsigned.output + unsigned.errors).contains("cannot be verified with the `ca`"), "\(unsigned)")
            #expect(impostor.taken.count == 0)
        }
    }

    /// Proves that the counter of the other test works.
    @Test func `is counted byte by byte if the inventory trusts it`() async throws {
        try await with { mxprovision, impostor in
            try lead(mxprovision, to: impostor, trusting: "fingerprint: \(try await impostor.fingerprint())")
            Thread.detachNewThread {
                let deadline = ContinuousClock.now + .seconds(30)
                while impostor.taken.isEmpty, ContinuousClock.now < deadline { usleep(10_000) }
                let seen = impostor.taken
                try? seen.write(to: URL(filePath: mxprovision.folder + "/seen"))
                impostor.stop()
            }
            #expect(try await mxprovision(["plan", "secondary"]).status == 1)
            let seen = try String(contentsOfFile: mxprovision.folder + "/seen", encoding: .utf8)
            #expect(seen.hasPrefix("GET /api2/json/") && seen.contains("PVEAPIToken=mxprovision@pve!up="), "\(seen)")
        }
    }
}
