import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite(.serialized, .timeLimit(.minutes(10))) struct `Name servers compared with the inventory` {
    private func lines(_ report: ZoneReport) -> [String] {
        report.servers.map { server in
            let changes = server.changes.map { "\($0.subject): \($0.before ?? "-") → \($0.after ?? "-")" }
            return "\(server.role) \(server.server): \(changes.joined(separator: "; "))"
        }
    }

    private let published = NameDaemon.zone + "@ MX 20 mx1\nmx1 A 203.0.113.25\n"

    /// Compares the site on the servers in the inventory.
    private func check(_ servers: [NameServer]) async throws -> ZoneReport {
        let named = servers.map(\.description).joined(separator: ", ")
        let inventory = try DNSInventory.read(shared: "  authoritative: [\(named)]\n  resolver: \(servers[0])")
        let site = try #require(inventory.site(named: "one"))
        let publication = try #require(ZonePublication(site, of: inventory))
        return try await publication.check()
    }

    @Test func `are found by the zone's NS records, and an unreachable one is reported`() async throws {
        try await NameDaemon.run(published) { daemon in
            let report = try await daemon.publication().check()
            #expect(
                lines(report) == [
                    "authoritative ns1.example.net: ", "authoritative ns2.example.net: ",
                    "resolver \(daemon.server): ",
                ])
            #expect(report.servers.map { $0.problem == nil } == [true, false, true])
            let problem = try #require(report.servers[1].problem)
            let away = NameServer(host: "127.0.0.2", port: daemon.server.port)
            #expect(problem.hasPrefix("the name server \(away) does not answer: "))
            #expect(problem.contains("connection refused"))
            #expect(!report.isEmpty)
        }
    }

    @Test func `pass if all have the expected records`() async throws {
        try await NameDaemon.run(published) { first in
            try await NameDaemon.run(published) { second in
                let report = try await check([first.server, second.server])
                #expect(report.servers.map(\.role) == [.authoritative, .authoritative, .resolver])
                #expect(report.pointers.map(\.found) == [["mx1.example.net"]])
                #expect(report.isEmpty)
            }
        }
    }

    @Test func `are reported separately if one is outdated`() async throws {
        try await NameDaemon.run(published) { first in
            try await NameDaemon.run { second in
                let report = try await check([first.server, second.server])
                #expect(
                    lines(report) == [
                        "authoritative \(first.server): ",
                        "authoritative \(second.server): mx1.example.net A: - → 203.0.113.25 (3600 s); "
                            + "example.net MX: - → 20 mx1.example.net. (3600 s)",
                        "resolver \(first.server): ",
                    ])
                #expect(!report.isEmpty)
            }
        }
    }

    @Test func `are reported if one refuses or only delegates the zone`() async throws {
        try await NameDaemon.run("$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns1.example.org.\nexample.net. TXT x\n") {
            daemon in
            let foreign = RecordSetName(name: RecordName("example.org"), type: .mx)
            let query = NameServerQuery(server: daemon.server, isAuthoritative: true)
            await #expect(
                throws: DNSError.failedQuestion(
                    server: daemon.server.description, question: "example.org MX", status: "REFUSED")
            ) { try await query.ask([foreign]) }
        }
        try await NameDaemon.run(NameDaemon.zone + "sub NS elsewhere.example.\n") { daemon in
            let delegated = RecordSetName(name: RecordName("a.sub.example.net"), type: .a)
            let query = NameServerQuery(server: daemon.server, isAuthoritative: true)
            await #expect(
                throws: DNSError.notAuthoritative(
                    server: daemon.server.description, question: "a.sub.example.net A")
            ) { try await query.ask([delegated]) }
        }
    }

    @Test(arguments: [
        ("203.0.113.25", ["mx1.example.net"], true), ("203.0.113.27", [], false),
        ("203.0.113.26", ["dynamic.provider.example", "mx1.example.net"], false),
    ]) func `are queried for PTR records`(address: String, found: [String], isRight: Bool) async throws {
        try await NameDaemon.run { daemon in
            let report = try await daemon.publication(site: "addresses: \(address)").check()
            #expect(report.pointers.map(\.found) == [found])
            #expect(report.pointers.map(\.isRight) == [isRight])
        }
    }
}
