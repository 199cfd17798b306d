import ConfigurationFiles
package import Engine
import Foundation
public import Resources

/// A site's records in the public DNS: compared, published and withdrawn.
public struct ZonePublication: Sendable {
    public let desired: DesiredZone
    private let settings: DNSSettings
    private let environment: [String: String]
    /// The port of the servers in NS records. Only tests change it.
    var authoritativePort = 53

    /// Connects to nothing yet.
    ///
    /// - Parameter environment: The variables from which the secret of the updates may come.
    package init(_ desired: DesiredZone, _ settings: DNSSettings, environment: [String: String]) {
        self.desired = desired
        self.settings = settings
        self.environment = environment
    }

    /// Whether the inventory names a server and a key for updates.
    public var isUpdatable: Bool { settings.update != nil }

    /// Returns the changes that publishing all stages would make.
    ///
    /// - Throws: ``DNSError``
    public func plan() async throws -> [Change] {
        let comparison = try await comparison()
        return DesiredZone.Stage.allCases.flatMap { comparison.publishing($0) }.flatMap(\.changes)
    }

    /// Publishes the host's records, and reads them back. They cause no mail delivery. A second call changes nothing.
    ///
    /// - Returns: The changes that were made.
    /// - Throws: ``DNSError``, ``SecretError``
    package func publishHost() async throws -> [Change] { try await apply(try await comparison().publishing(.host)) }

    /// Publishes the MX records, and reads them back. A second call changes nothing.
    ///
    /// - Parameter proof: Provides the verification proof before the first change.
    /// - Returns: The changes that were made.
    /// - Throws: ``DNSError``, ``SecretError``, and what keeps the guest from being verified.
    package func publishExchange(after proof: ProofSource) async throws -> [Change] {
        let changes = try await comparison().publishing(.exchange)
        if !changes.isEmpty { _ = try await proof.get() }
        return try await apply(changes)
    }

    /// Withdraws a stage. Only the guest's own records are removed.
    ///
    /// - Parameter note: Called before anything is sent, with the time for which resolvers may still use the records.
    ///   An error that it throws stops the withdrawal.
    /// - Returns: The changes that were made, and the time for which resolvers may still use the removed records: their
    ///   TTL.
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

    /// Returns the names of the authoritative servers that still have an MX to the guest.
    ///
    /// - Throws: ``DNSError``, also if a server does not answer.
    package func exchangeServers() async throws -> [String] {
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

    /// Compares the server that accepts updates with the desired records.
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
            // After an interruption, it would be unknown whether the update was made.
            try await uninterrupted { try await update.apply(secret: secret) }
        }
        return changes.flatMap(\.changes)
    }
}

extension ZonePublication {
    /// Queries every authoritative server and a resolver. The report contains the error of a server that does not
    /// answer.
    ///
    /// - Parameter ignoresTTL: Whether a record with another TTL counts as unchanged.
    /// - Throws: ``DNSError/noProgram(_:)``; ``DNSError`` if the authoritative servers cannot be found.
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

    /// Returns the servers' reports in the order of their names. The queries run in parallel, because a server that is
    /// down takes time.
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
