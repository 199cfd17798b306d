/// A server that is to know zones at first hand.
struct AuthoritativeServer: Sendable, Hashable {
    /// As the NS records or the inventory call it.
    var name: String
    /// Tried one after the other.
    var addresses: [NameServer]
    var zones: [RecordName]

    /// Finds the servers that the NS records of the zones name.
    ///
    /// - Throws: ``DNSError``
    static func find(for zones: [RecordName], through resolver: NameServerQuery, port: Int) async throws
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

    /// What the first of its addresses that answers has to say.
    func report(on desired: DesiredZone) async throws -> ServerReport {
        var report = ServerReport(server: name, role: .authoritative, problem: "its name has no address")
        for address in addresses {
            let query = NameServerQuery(server: address, isAuthoritative: true)
            report = try await ServerReport.asking(query, name: name, zones: zones, desired: desired)
            if report.problem == nil { break }
        }
        return report
    }
}
