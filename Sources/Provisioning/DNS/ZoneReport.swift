/// What the public DNS says of a site, server by server.
public struct ZoneReport: Sendable, Hashable, Codable {
    public var site: String
    public var servers: [ServerReport]
    public var pointers: [PointerReport]

    /// Every server says what the inventory wants, and so do the PTR records.
    public var isEmpty: Bool {
        servers.allSatisfy { $0.problem == nil && $0.changes.isEmpty } && pointers.allSatisfy { $0.isRight }
    }
}

/// What one server says.
public struct ServerReport: Sendable, Hashable, Codable {
    public enum Role: String, Sendable, Hashable, Codable {
        case authoritative, resolver
    }

    public var server: String
    public var role: Role
    /// What would have to change for it to be right.
    public var changes: [Change] = []
    /// What no change of ours mends.
    public var doubts: [String] = []
    /// What it says, set by set, with the evidence; what differs is among the changes instead.
    public var facts: [VerifiedCheck] = []
    /// Why it could not be asked.
    public var problem: String?

    init(server: String, role: Role) {
        self.server = server
        self.role = role
    }

    /// Asks a server; that it does not answer is told in the report.
    ///
    /// - Parameters:
    ///   - zones: Those that it is asked about; nil for all.
    ///   - ignoresTTL: Whether records are the same that are kept for another time.
    ///   - ask: Gets what the server has of some sets.
    /// - Throws: ``DNSError/noProgram(_:)``
    init(
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

/// What the PTR records of one of the guest's addresses say.
public struct PointerReport: Sendable, Hashable, Codable {
    public var address: String
    /// What it is to say.
    public var host: String
    public var found: [String]
    /// The addresses of the same family that its own name has.
    public var forward: [String] = []
    public var problem: String?

    /// Whether the name leads back to the address: some receivers take no mail from one that does not.
    public var isConfirmed: Bool { isRight && forward.contains(address) }

    /// One name, and the right one: some receivers look at any, and some at one of them.
    public var isRight: Bool { problem == nil && found == [host] }

    /// - Throws: ``DNSError/noProgram(_:)``
    static func asking(_ resolver: NameServerQuery, desired: DesiredZone) async throws -> [PointerReport] {
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
    /// On one line.
    fileprivate var told: String { [errorDescription, failureReason].compactMap(\.self).joined(separator: ": ") }
}
