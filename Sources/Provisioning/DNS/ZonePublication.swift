public import Foundation
import RemoteShell

/// A site's records in the public DNS: compared, published and withdrawn.
public struct ZonePublication: Sendable {
    public let desired: DesiredZone
    private let settings: DNSSettings
    private let environment: [String: String]
    /// Of the servers that NS records name; another one in tests alone.
    var authoritativePort = 53

    /// Contacts nothing yet. Nil where the inventory says nothing of the site's DNS.
    public init?(
        _ site: Site,
        of inventory: Inventory,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        guard let desired = DesiredZone(site, of: inventory) else { return nil }
        self.desired = desired
        settings = inventory.dns
        self.environment = environment
    }

    /// Whether the inventory names a server and a key for updates.
    public var isUpdatable: Bool { settings.update != nil }

    /// What publishing all stages would change now.
    ///
    /// - Throws: ``DNSError``
    public func plan() async throws -> [Change] {
        let comparison = try await comparison()
        return DesiredZone.Stage.allCases.flatMap { comparison.publishing($0) }.flatMap(\.changes)
    }

    /// Publishes the host's records, and reads them back. No mail comes by them. A second call changes nothing.
    ///
    /// - Returns: what was changed.
    /// - Throws: ``DNSError``, ``SecretError``
    func publishHost() async throws -> [Change] { try await apply(try await comparison().publishing(.host)) }

    /// Publishes the MX records, and reads them back. A second call changes nothing.
    ///
    /// - Parameter proof: gets the proof before the first change.
    /// - Returns: what was changed.
    /// - Throws: ``DNSError``, ``SecretError``, and what keeps the guest from being verified.
    func publishExchange(after proof: ProofSource) async throws -> [Change] {
        let changes = try await comparison().publishing(.exchange)
        if !changes.isEmpty { _ = try await proof.get() }
        return try await apply(changes)
    }

    /// Takes a stage back; only the guest's own records go.
    ///
    /// - Parameter note: Is told how long others may still go by it, before anything is sent; what it throws ends this.
    /// - Returns: What was changed, and for how long others may still go by it: the TTL of what is gone.
    /// - Throws: ``DNSError``, ``SecretError``
    public func withdraw(
        _ stage: DesiredZone.Stage,
        noting note: (Duration) throws -> Void = { _ in }
    ) async throws -> (changes: [Change], wait: Duration) {
        let comparison = try await comparison()
        let gone = comparison.withdrawing(stage)
        let wait = Duration.seconds(comparison.timeToLive(of: stage))
        if !gone.isEmpty { try note(wait) }
        return (try await apply(gone), wait)
    }

    /// The authoritative servers that send senders to the guest.
    ///
    /// - Throws: ``DNSError``, also where one does not answer.
    func exchangeServers() async throws -> [String] {
        let questions = desired.domains.map { RecordSetName(name: $0, type: .mx) }
        var names: [String] = []
        for server in try await authoritativeServers() {
            let asked = questions.filter { desired.zone(of: $0.name).map(server.zones.contains) ?? false }
            let comparison = ZoneComparison(desired: desired, observed: try await server.ask(asked))
            if !comparison.withdrawing(.exchange).isEmpty { names.append(server.name) }
        }
        return names
    }

    private func access() throws(DNSError) -> ZoneUpdateAccess {
        guard let update = settings.update else { throw .noUpdateAccess(site: desired.site) }
        return update
    }

    /// What the server that takes updates says.
    private func comparison() async throws -> ZoneComparison {
        let query = NameServerQuery(server: try access().server, isAuthoritative: true)
        return ZoneComparison(desired: desired, observed: try await query.ask(desired.questions))
    }

    private func apply(_ changes: [RecordSetChange]) async throws -> [Change] {
        guard !changes.isEmpty else { return [] }
        let access = try access()
        let secret = try access.key.secret.read(environment: environment)
        for zone in desired.zones {
            let own = changes.filter { desired.zone(of: $0.set.name) == zone }
            guard !own.isEmpty else { continue }
            try Task.checkCancellation()
            let update = DynamicUpdate(access: access, zone: zone, changes: own)
            // Once it is sent, nobody who interrupts it could tell whether it was made.
            try await uninterrupted { try await update.apply(secret: secret) }
        }
        return changes.flatMap(\.changes)
    }
}

extension ZonePublication {
    /// Asks every authoritative server and a resolver what they say; a server that does not answer is told in its place.
    ///
    /// - Parameter ignoresTTL: Whether a record with another TTL is as it should be.
    /// - Throws: ``DNSError/noProgram(_:)``; ``DNSError`` where the authoritative servers cannot be found.
    public func check(ignoresTTL: Bool = false) async throws -> ZoneReport {
        let servers = try await authoritativeServers()
        var reports = try await reports(of: servers, ignoresTTL)
        let resolver = NameServerQuery(server: settings.resolver, isAuthoritative: false)
        reports.append(
            try await ServerReport(of: resolver.name, role: .resolver, desired: desired, ignoresTTL: true) {
                try await resolver.ask($0)
            })
        return ZoneReport(
            site: desired.site, servers: reports, pointers: try await PointerReport.asking(resolver, desired: desired))
    }

    /// All at the same time, as one that is away takes its time; in the order of their names.
    private func reports(of servers: [AuthoritativeServer], _ ignoresTTL: Bool) async throws -> [ServerReport] {
        try await withThrowingTaskGroup(of: (Int, ServerReport).self) { [desired] group in
            for (index, server) in servers.enumerated() {
                group.addTask {
                    let report = try await ServerReport(
                        of: server.name, role: .authoritative, zones: server.zones, desired: desired,
                        ignoresTTL: ignoresTTL
                    ) { try await server.ask($0) }
                    return (index, report)
                }
            }
            var reports: [(Int, ServerReport)] = []
            for try await report in group { reports.append(report) }
            return reports.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func authoritativeServers() async throws -> [AuthoritativeServer] {
        if let given = settings.authoritative {
            return given.map { AuthoritativeServer(name: $0.description, addresses: [$0], zones: desired.zones) }
        }
        let resolver = NameServerQuery(server: settings.resolver, isAuthoritative: false)
        return try await AuthoritativeServer.find(for: desired.zones, through: resolver, port: authoritativePort)
    }
}
