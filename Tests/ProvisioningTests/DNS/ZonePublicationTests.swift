import Foundation
import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite(.serialized, .timeLimit(.minutes(10))) struct `A site published on BIND 9` {
    private let everything = "addresses: 203.0.113.25, spf: add, tlsa: 3 1 0 AABB"

    @Test func `adds its records and keeps all others`() async throws {
        try await NameDaemon.run { daemon in
            let before = try await daemon.transfer()
            let publication = try daemon.publication(site: everything)
            let host = try await publication.publishHost()
            let exchange = try await publication.publishExchange(after: .passing)
            #expect(host.map(\.subject) == ["mx1.example.net A", "_25._tcp.mx1.example.net TLSA", "example.net TXT"])
            #expect(exchange == [Change("example.net MX", from: nil, to: "20 mx1.example.net. (3600 s)")])
            let after = try await daemon.transfer()
            #expect(
                after.subtracting(before) == [
                    "example.net. 3600 IN MX 20 mx1.example.net.",
                    "example.net. 3600 IN TXT \"v=spf1 mx a:mx1.example.net -all\"",
                    "mx1.example.net. 3600 IN A 203.0.113.25",
                    "_25._tcp.mx1.example.net. 3600 IN TLSA 3 1 0 AABB",
                ])
            #expect(before.subtracting(after) == ["example.net. 3600 IN TXT \"v=spf1 mx -all\""])
        }
    }

    @Test func `sends no update the second time`() async throws {
        try await NameDaemon.run { daemon in
            let publication = try daemon.publication(site: everything)
            _ = try await publication.publishHost()
            _ = try await publication.publishExchange(after: .passing)
            let serial = try await daemon.serial()
            #expect(try await publication.plan() == [])
            #expect(try await publication.publishHost() + publication.publishExchange(after: .passing) == [])
            #expect(try await daemon.serial() == serial)
        }
    }

    @Test func `restores the zone on withdrawal`() async throws {
        try await NameDaemon.run { daemon in
            let before = try await daemon.transfer()
            let publication = try daemon.publication(site: everything)
            _ = try await publication.publishHost()
            _ = try await publication.publishExchange(after: .passing)
            let gone = try await publication.withdraw(.exchange)
            #expect(gone.changes == [Change("example.net MX", from: "20 mx1.example.net. (3600 s)", to: nil)])
            #expect(gone.wait == .seconds(3600))
            _ = try await publication.withdraw(.host)
            #expect(try await daemon.transfer() == before)
            let again = try await publication.withdraw(.exchange)
            #expect(again.changes == [])
            #expect(again.wait == .zero)
        }
    }

    @Test(arguments: [
        ("stranger", NameDaemon.secret, UpdateRefusal.unknownKey("stranger")),
        ("writer", "d3Jvbmc=", .wrongSignature(key: "writer")),
        ("reader", NameDaemon.secret, .notAllowed(key: "reader")),
    ]) func `reports what is wrong with the key`(key: String, secret: String, refusal: UpdateRefusal) async throws {
        try await NameDaemon.run { daemon in
            let before = try await daemon.transfer()
            let publication = try daemon.publication(key: key, secret: secret)
            let error = await #expect(throws: DNSError.self) { try await publication.publishHost() }
            #expect(error?.refusal == refusal)
            #expect(error?.failureReason?.contains("\nnsupdate: update failed: ") == true)
            #expect(try await daemon.transfer() == before)
        }
    }

    @Test func `gets no MX if the host has no address`() async throws {
        try await NameDaemon.run { daemon in
            let publication = try daemon.publication()
            let error = await #expect(throws: DNSError.self) {
                try await publication.publishExchange(after: .passing)
            }
            #expect(error?.refusal == .notAllowed(key: "writer"))
        }
    }

    @Test func `reports an alias that blocks its address`() async throws {
        try await NameDaemon.run(NameDaemon.zone + "mx1 CNAME mail\n") { daemon in
            let publication = try daemon.publication()
            let error = await #expect(throws: DNSError.self) { try await publication.publishHost() }
            guard case .notAdopted(_, "example.net", _)? = error else {
                Issue.record("unexpected error: \(String(describing: error))")
                return
            }
        }
    }

    @Test func `reports that the server is unreachable, and that its secret is invalid`() async throws {
        let server = NameServer(host: "127.0.0.1", port: try NameDaemon.freePort())
        let away = try NameDaemon.away(server).publication()
        let error = await #expect(throws: DNSError.self) { try await away.publishHost() }
        guard case .unanswered(server, let reason)? = error else {
            Issue.record("unexpected error: \(String(describing: error))")
            return
        }
        #expect(reason.contains("connection refused"))
        try await NameDaemon.run { daemon in
            let publication = try daemon.publication(secret: "no base64!")
            await #expect(throws: TransactionKeyError.notBase64(name: "writer")) { try await publication.publishHost() }
        }
    }

    @Test func `reports a server that does not respond`() async throws {
        let silent = try SilentServer()
        let publication = try NameDaemon.away(silent.server).publication()
        let error = await #expect(throws: DNSError.self) { try await publication.publishHost() }
        guard case .unanswered(silent.server, let reason)? = error else {
            Issue.record("unexpected error: \(String(describing: error))")
            return
        }
        #expect(reason.contains("timed out"))
    }
}

/// A UDP port that receives queries and sends no reply.
private final class SilentServer: Sendable {
    let server: NameServer
    private let descriptor: Int32

    init() throws {
        (descriptor, server) = try NameDaemon.bound(SOCK_DGRAM)
    }

    deinit { close(descriptor) }
}
