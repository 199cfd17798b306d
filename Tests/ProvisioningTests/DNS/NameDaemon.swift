import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

/// A separate BIND 9 of the test, on a port of a loopback address, while the body of `run` is running.
struct NameDaemon {
    let server: NameServer
    private let folder: ScratchFolder

    static let zone = """
        $TTL 3600
        @ IN SOA ns1 hostmaster 1 3600 600 86400 300
        @ NS ns1
        @ NS ns2
        @ MX 10 Mail
        @ TXT "v=spf1 mx -all"
        @ TXT "a;\\"b" "c d"
        ns1 A 127.0.0.1
        ns2 A 127.0.0.2
        mail A 198.51.100.10

        """
    static let reverse = """
        $TTL 3600
        @ IN SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 300
        @ NS ns1.example.net.
        25 PTR mx1.example.net.
        26 PTR dynamic.provider.example.
        26 PTR mx1.example.net.

        """
    /// The secret of the keys `writer`, which may change the zone, and `reader`, which may not.
    static let secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI="

    /// Starts a server, waits until it reports that it is running, and stops it after the body.
    static func run<Result>(
        _ zone: String = NameDaemon.zone,
        _ body: (NameDaemon) async throws -> Result
    ) async throws -> Result {
        let server = NameServer(host: "127.0.0.1", port: try freePort())
        let daemon = NameDaemon(server: server, folder: ScratchFolder())
        try daemon.writeFiles(zone)
        // A copy, because AppArmor restricts Debian's own named to its usual folders. It is made by cp(1), because a
        // child process of another test could inherit a file that this process writes, and then the file cannot be
        // executed (ETXTBSY).
        let program = "\(daemon.folder.path)/named"
        let copy = Process()
        copy.executableURL = URL(filePath: "/bin/cp")
        copy.arguments = ["/usr/sbin/named", program]
        try await copy.runToEnd()
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["-g", "-c", "\(daemon.folder.path)/named.conf"]
        let pipe = Pipe()
        process.standardError = pipe
        let log = AsyncStream<Data> { lines in
            pipe.fileHandleForReading.readabilityHandler = { handle in
                let data = handle.availableData
                if data.isEmpty {
                    handle.readabilityHandler = nil
                    lines.finish()
                } else {
                    lines.yield(data)
                }
            }
        }
        try process.run()
        defer { process.terminate() }
        var said = Data()
        for await part in log {
            said += part
            if String(decoding: said, as: UTF8.self).contains(" running\n") { return try await body(daemon) }
        }
        Issue.record("named ended: \(String(decoding: said, as: UTF8.self))")
        throw CancellationError()
    }

    /// A server that was never started.
    static func away(_ server: NameServer) -> NameDaemon { NameDaemon(server: server, folder: ScratchFolder()) }

    private func writeFiles(_ zone: String) throws {
        let path = folder.path
        try """
        key "writer" { algorithm hmac-sha256; secret "\(Self.secret)"; };
        key "reader" { algorithm hmac-sha256; secret "\(Self.secret)"; };
        options {
            directory "\(path)"; pid-file none; session-keyfile none; lock-file none;
            listen-on port \(server.port) { \(server.host); }; listen-on-v6 { none; };
            recursion no; dnssec-validation no; notify no; allow-transfer { 127.0.0.0/8; };
        };
        controls { };
        zone "example.net" { type primary; file "example.net.zone"; update-policy { grant writer zonesub ANY; }; };
        zone "113.0.203.in-addr.arpa" { type primary; file "reverse.zone"; };

        """.write(toFile: "\(path)/named.conf", atomically: true, encoding: .utf8)
        try zone.write(toFile: "\(path)/example.net.zone", atomically: true, encoding: .utf8)
        try Self.reverse.write(toFile: "\(path)/reverse.zone", atomically: true, encoding: .utf8)
    }

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let (descriptor, server) = try bound(SOCK_STREAM)
        close(descriptor)
        return server.port
    }

    /// A socket on a free port of the loopback address.
    static func bound(_ kind: __socket_type) throws -> (descriptor: Int32, server: NameServer) {
        let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        try #require(status == 0)
        return (descriptor, NameServer(host: "127.0.0.1", port: Int(UInt16(bigEndian: address.sin_port))))
    }

    /// All lines of the zone without the serial number, in no particular order.
    func transfer() async throws -> Set<String> {
        let set = RecordSetName(name: RecordName("example.net"), type: RecordType("AXFR"))
        let records = try await NameServerQuery(server: server, isAuthoritative: true).ask([set])[set] ?? []
        return Set(records.filter { $0.type != RecordType("SOA") }.map(\.line))
    }

    /// The zone's serial number with the rest of its SOA.
    func serial() async throws -> [ZoneRecord] {
        let set = RecordSetName(name: RecordName("example.net"), type: RecordType("SOA"))
        return try await NameServerQuery(server: server, isAuthoritative: true).ask([set])[set] ?? []
    }

    /// The site of the small inventory, with this server for all roles.
    func publication(
        site: String = "addresses: 203.0.113.25", key: String = "writer", secret: String = NameDaemon.secret
    ) throws -> ZonePublication {
        let shared = """
              resolver: \(server)
              update: {server: '\(server)', key: {name: \(key), env: TSIG}}
            """
        let inventory = try DNSInventory.read(shared: shared, site: site)
        let own = try #require(inventory.site(named: "one"))
        var publication = try #require(ZonePublication(own, of: inventory, environment: ["TSIG": secret]))
        publication.authoritativePort = server.port
        return publication
    }
}
