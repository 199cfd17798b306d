import ConfigurationFiles
import Engine

/// An authoritative name server and the zones that it should serve.
struct AuthoritativeServer: Sendable, Hashable {
    /// The server's name in the NS records or in the inventory.
    package var name: String
    /// The server's addresses, tried one after the other.
    var addresses: [NameServer]
    package var zones: [RecordName]

    /// Finds the servers that the NS records of the zones name.
    ///
    /// - Throws: ``DNSError``
    package static func find(for zones: [RecordName], through resolver: NameServerQuery, port: Int) async throws
        -> [AuthoritativeServer]
    {
        let answers = try await resolver.ask(zones.map { RecordSetName(name: $0, type: .ns) })
        var served: [(host: RecordName, zones: [RecordName])] = []
        for zone in zones {
            let hosts = (answers[RecordSetName(name: zone, type: .ns)] ?? []).compactMap { record in
                if case .nameServer(let host) = record.data { host } else { nil }
            }
            if hosts.isEmpty { throw DNSError.noNameServers(zone: zone.description) }
            for host in hosts {
                if let index = served.firstIndex(where: { $0.host == host }) {
                    served[index].zones.append(zone)
                } else {
                    served.append((host, [zone]))
                }
            }
        }
        served.sort { $0.host.description < $1.host.description }
        let names = served.flatMap { server in
            [RecordType.a, .aaaa].map { RecordSetName(name: server.host, type: $0) }
        }
        let found = try await resolver.ask(names)
        return served.map { host, zones in
            let records = [RecordType.a, .aaaa].flatMap { found[RecordSetName(name: host, type: $0)] ?? [] }
            let addresses = records.compactMap { record in
                if case .address(let address) = record.data {
                    NameServer(host: address.description, port: port)
                } else {
                    nil
                }
            }
            return AuthoritativeServer(name: host.description, addresses: addresses, zones: zones)
        }
    }

    /// Queries the server's addresses in order until one answers.
    ///
    /// - Throws: ``DNSError``
    package func ask(_ questions: [RecordSetName]) async throws -> [RecordSetName: [ZoneRecord]] {
        for address in addresses.dropLast() {
            let query = NameServerQuery(server: address, isAuthoritative: true)
            do { return try await query.ask(questions) } catch DNSError.unanswered { continue }
        }
        guard let last = addresses.last else { throw DNSError.noAddress(server: name) }
        return try await NameServerQuery(server: last, isAuthoritative: true).ask(questions)
    }
}
