import ConfigurationFiles
import Engine
import Guests
import HTTPTransport
import Resources
import Secrets
import UniFiAPI

/// The port forwards of a site on its UniFi console.
package struct UniFiForwards: Sendable {
    let client: UniFiClient
    let site: SiteAddress
    package let interface: String

    private var console: String { client.endpoint.description }

    /// Returns the changes that ``make(_:to:after:)`` would make; `address` is nil if the guest has none yet.
    ///
    /// - Throws: ``RouterError``, `UniFiError`
    func plan(_ ports: [OpenPort], to address: String?) async throws -> [Change] {
        let found = try await client.portForwards()
        let surplus = surplus(beside: ports, in: found).map { Change($0.rule.name, from: $0.rule.phrase, to: nil) }
        return try surplus
            + ports.flatMap { port in
                let known = found.first { $0.rule.name == port.ruleName(of: site) }
                let wanted = rule(port, to: address ?? known?.rule.address ?? "the guest's address")
                return try ForwardRepair(of: wanted, port: port, among: found, console: console).changes
            }
    }

    /// Creates or updates the forwards, and reads them back.
    ///
    /// - Parameters:
    ///   - others: The other ports whose forwards are kept; nil to keep all.
    ///   - proof: Provides the verification proof before a port is opened, if the ports are published.
    /// - Throws: ``RouterError``, `UniFiError`
    func make(
        _ ports: [OpenPort], beside others: [OpenPort]? = nil, to address: String, after proof: ProofSource? = nil
    ) async throws -> [Change] {
        guard !ports.isEmpty || others != nil else { return [] }
        let found = try await client.portForwards()
        var changes: [Change] = []
        if let others { changes = try await remove(surplus(beside: ports + others, in: found)) }
        for port in ports {
            let rule = rule(port, to: address)
            let repair = try ForwardRepair(of: rule, port: port, among: found, console: console)
            guard repair != .nothing else { continue }
            if let proof { _ = try await proof.get() }
            try Task.checkCancellation()
            // After an interruption, it would be unknown whether the change was made.
            try await Task {
                try await write {
                    switch repair {
                    case .nothing: break
                    case .add(let rule): try await client.add(rule)
                    case .set(let rule, let found): try await client.set(rule, of: found.id)
                    }
                } proof: { now in
                    try ForwardRepair(of: rule, port: port, among: now, console: console).changes
                }
            }.value
            changes += repair.changes
        }
        return changes
    }

    /// Returns our forwards of other ports, such as those that the playbook does not publish any more.
    private func surplus(beside ports: [OpenPort], in found: [PortForward]) -> [PortForward] {
        let names = Set(ports.map { $0.ruleName(of: site) })
        return found.filter {
            $0.rule.name.hasPrefix(OpenPort.ruleNamePrefix(of: site)) && !names.contains($0.rule.name)
        }
    }

    /// Removes our forwards, except those of some ports.
    ///
    /// - Throws: ``RouterError``, `UniFiError`
    func removeAll(except ports: [OpenPort]) async throws -> [Change] {
        try await remove(surplus(beside: ports, in: try await client.portForwards()))
    }

    private func remove(_ forwards: [PortForward]) async throws -> [Change] {
        var changes: [Change] = []
        for forward in forwards {
            try Task.checkCancellation()
            let change = Change(forward.rule.name, from: forward.rule.phrase, to: nil)
            try await Task {
                try await write {
                    try await client.remove(forward.id)
                } proof: { now in
                    now.contains { $0.id == forward.id } ? [change] : []
                }
            }.value
            changes.append(change)
        }
        return changes
    }

    /// Sends a change, and reads the forwards back. Only their state afterwards counts: an answer may be lost, and a
    /// success status does not mean that the change was made.
    private func write(
        _ order: () async throws -> Void,
        proof: ([PortForward]) throws -> [Change]
    ) async throws {
        var lost: UniFiError?
        do { try await order() } catch let error as UniFiError {
            guard case .transport(.answerLost) = error else { throw error }
            lost = error
        }
        let lacking = try proof(try await client.portForwards())
        guard !lacking.isEmpty else { return }
        throw lost ?? RouterError.notAdopted(console: console, lacking)
    }

    private func rule(_ port: OpenPort, to address: String) -> PortForwardRule {
        PortForwardRule(
            name: port.ruleName(of: site), interface: interface, transport: port.transport, port: port.number,
            to: address,
            port: port.number)
    }
}

extension UniFiForwards {
    /// Reads the secrets. Connects to nothing.
    ///
    /// - Throws: ``SecretError``
    init(_ access: UniFiAccess, site: SiteAddress, environment: [String: String]) throws(SecretError) {
        var credentials: [UniFiCredentials] = []
        if let key = access.key { credentials.append(.key(try key.read(environment: environment).reveal())) }
        if let login = access.login {
            let password = try login.password.read(environment: environment).reveal()
            credentials.append(.login(user: login.user, password: password))
        }
        let client = UniFiClient(
            endpoint: Endpoint(host: access.host, port: access.port),
            trust: access.trust.transportTrust,
            site: access.site,
            credentials: credentials
        )
        self.init(client: client, site: site, interface: access.interface)
    }
}
