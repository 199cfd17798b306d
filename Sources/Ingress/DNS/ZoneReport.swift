import ConfigurationFiles
public import Engine
public import Resources

/// The comparison of the public DNS with a site's desired records, for each server.
public struct ZoneReport: Sendable, Hashable, Codable {
    public var site: String
    public var servers: [ServerReport]
    public var pointers: [PointerReport]

    /// Whether every server and the PTR records match the inventory.
    public var isEmpty: Bool {
        servers.allSatisfy { $0.problem == nil && $0.changes.isEmpty } && pointers.allSatisfy { $0.isRight }
    }
}

/// The comparison of one server.
public struct ServerReport: Sendable, Hashable, Codable {
    public enum Role: String, Sendable, Hashable, Codable {
        case authoritative, resolver
    }

    public var server: String
    public var role: Role
    /// The changes that are needed to match the inventory.
    public var changes: [Change] = []
    /// The problems that no change of ours can repair.
    public var doubts: [String] = []
    /// The matching record sets as evidence; sets that differ are in ``changes``.
    public var facts: [VerifiedCheck] = []
    /// Why the query failed.
    public var problem: String?

    package init(server: String, role: Role) {
        self.server = server
        self.role = role
    }

    /// Queries a server. If it does not answer, the report contains the error.
    ///
    /// - Parameters:
    ///   - zones: The zones to query; nil for all.
    ///   - ignoresTTL: Whether records that differ only in their TTL are equal.
    ///   - ask: Fetches the server's records of some sets.
    /// - Throws: ``DNSError/noProgram(_:)``
    package init(
        of server: String,
        role: Role,
        zones: [RecordName]? = nil,
        desired: DesiredZone,
        ignoresTTL: Bool,
        asking ask: ([RecordSetName]) async throws -> [RecordSetName: [ZoneRecord]]
    ) async throws {
        self.init(server: server, role: role)
        func isAsked(_ name: RecordName) -> Bool {
            guard let zones, let zone = desired.zone(of: name) else { return zones == nil }
            return zones.contains(zone)
        }
        do {
            let observed = try await ask(desired.questions.filter { isAsked($0.name) })
            let comparison = ZoneComparison(desired: desired, observed: observed, ignoresTTL: ignoresTTL)
            let changes = DesiredZone.Stage.allCases.flatMap { comparison.publishing($0) }
            self.changes = changes.filter { isAsked($0.set.name) }.flatMap(\.changes)
            doubts = comparison.doubts(among: isAsked)
            facts = comparison.facts(among: isAsked)
        } catch let error as DNSError {
            if case .noProgram = error { throw error }
            problem = error.told
        }
    }
}

/// The PTR records of one of the guest's addresses.
public struct PointerReport: Sendable, Hashable, Codable {
    public var address: String
    /// The expected host name.
    public var host: String
    public var found: [String]
    /// The addresses of the same family at the guest's name.
    public var forward: [String] = []
    public var problem: String?

    /// Whether the name also resolves to the address. Some receivers refuse mail if it does not.
    public var isConfirmed: Bool { isRight && forward.contains(address) }

    /// Whether there is exactly one name, the expected one. Some receivers check any name, others only one of them.
    public var isRight: Bool { problem == nil && found == [host] }

    /// - Throws: ``DNSError/noProgram(_:)``
    package static func asking(_ resolver: NameServerQuery, desired: DesiredZone) async throws -> [PointerReport] {
        var reports: [PointerReport] = []
        for address in desired.settings.addresses {
            var report = PointerReport(address: address.description, host: desired.host.description, found: [])
            let set = RecordSetName(name: address.reverseName, type: .ptr)
            let back = RecordSetName(name: desired.host, type: address.isIPv6 ? .aaaa : .a)
            do {
                let answer = try await resolver.ask([set, back])
                report.forward = (answer[back] ?? []).filter { $0.type == back.type }.map(\.data.presentation).sorted()
                report.found = (answer[set] ?? []).compactMap { record in
                    if case .pointer(let name) = record.data { name.description } else { nil }
                }.sorted()
            } catch let error as DNSError {
                if case .noProgram = error { throw error }
                report.problem = error.told
            }
            reports.append(report)
        }
        return reports
    }
}

extension DNSError {
    /// The error on one line.
    fileprivate var told: String { [errorDescription, failureReason].compactMap(\.self).joined(separator: ": ") }
}
