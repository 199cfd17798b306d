import Foundation
import ProxmoxAPI
import RemoteShell

/// The way into a site's guest, and the chain of trust from the inventory to the guest's own host keys.
///
/// The guest's notes record its public host key (``HostKeyRecord``). A guest whose notes say that it still has its
/// template's keys is trusted as the inventory's `ssh: trust:` says, once, until a run has replaced them.
struct GuestAccess: Sendable {
    let site: Site
    /// Where trusted host keys are kept while the command runs.
    let keys: HostKeyStore
    let ledger: Ledger
    let report: Report

    /// How known guests are asked.
    var manner = SSHConnection.Manner()

    /// How long a booted guest may take to show an address and to accept a login.
    var bootLimit = Duration.seconds(120)

    /// A guest that was reached, and what it answered to the steps' probes.
    struct Contact: Sendable {
        var connection: SSHConnection
        var survey: GuestSurvey
    }

    /// Surveys the guest at the address that the last run recorded, without waiting for Proxmox. Returns nil if that does
    /// not work.
    func surveyKnown(_ steps: [Step]) async throws -> Contact? {
        guard let connection = try openKnown() else { return nil }
        do {
            let survey = try await Engine(guest: connection, ledger: ledger, report: report).survey(steps)
            return Contact(connection: connection, survey: survey)
        } catch let error as ShellError where !error.isOverdue {
            await connection.close()
            return nil
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A connection to the guest at the address and with the keys that the last run of this machine recorded; contacts
    /// nothing. Returns nil if this machine has not reached the guest yet.
    func openKnown() throws -> SSHConnection? {
        guard let guest = ledger.state.guest else { return nil }
        if site.ssh.via == .node { return try connection(to: "", of: guest.id) }
        guard let address = guest.address, try !keys.keys(of: alias(guest.id)).isEmpty else { return nil }
        return try connection(to: address, of: guest.id)
    }

    /// Whether a connection by ``openKnown()`` leads to this guest: the keys that this machine trusts are those in its notes.
    func trustsKeys(of guest: GuestHost.Found) throws -> Bool {
        // The connection leads to an id, which another guest may have by now.
        if site.ssh.via == .node { return ledger.state.guest?.id == guest.id.rawValue }
        guard case .own(let recorded)? = guest.hostKeys else { return true }
        return try Set(keys.keys(of: alias(guest.id.rawValue))) == Set(recorded)
    }

    /// Ends a connection to the guest that this or an earlier run has kept, because it would outlive the guest. One to the
    /// node stays: other sites may be using it.
    func endKept() async throws {
        guard site.ssh.via == .ssh else { return }
        var kept = self
        kept.manner.isKept = true
        try await kept.openKnown()?.end()
    }

    /// Records where the guest was reached, so that the next run can survey it without waiting for Proxmox.
    func remember(_ guest: GuestHost.Found, at connection: SSHConnection) throws {
        try ledger.update { state in
            if site.ssh.via == .ssh { state.guest?.address = connection.shell.destination.host }
            state.guest?.hasOwnHostKeys = true
        }
    }

    /// Waits until the guest accepts a login, and returns an open connection. Changes nothing in the guest.
    func open(_ guest: GuestHost.Found, on host: GuestHost) async throws -> SSHConnection {
        let connection = try await connection(to: guest, on: host)
        try await waitForLogin(connection)
        return connection
    }

    /// A connection to a guest that Proxmox shows; the guest itself is not contacted yet.
    func connection(to guest: GuestHost.Found, on host: GuestHost) async throws -> SSHConnection {
        if site.ssh.via == .node { return try connection(to: "", of: guest.id.rawValue) }
        let address = try await address(of: guest, on: host)
        try await trustKeys(of: guest)
        return try connection(to: address, of: guest.id.rawValue)
    }

    /// The name under which the guest's keys are known.
    func alias(_ id: Int) -> String { "\(site.name)-\(id)" }

    func connection(to address: String, of id: Int) throws -> SSHConnection {
        var manner = manner
        manner.onWaiting = { [report] in report(.waiting("an earlier run's scripts are still running in the guest")) }
        if site.ssh.via == .node, let node = site.ssh.node {
            return try SSHConnection(try destination(of: node), into: id, manner)
        }
        var destination = SSHDestination(
            host: address,
            user: site.ssh.user,
            port: site.ssh.port,
            identity: site.ssh.identity,
            jump: site.ssh.jump,
            hostKeyAlias: alias(id),
            knownHosts: keys.path
        )
        let isKnown = try !keys.keys(of: alias(id)).isEmpty
        destination.acceptsNewKey = site.ssh.trust == .firstUse && !isKnown
        if !isKnown { manner.isKept = false }
        return try SSHConnection(destination, manner)
    }

    /// The node's own sshd, known by the host key that the inventory pins.
    func destination(of node: NodeAccess) throws -> SSHDestination {
        let alias = "node-\(node.address)"
        try keys.pin([node.hostKey.description], as: alias)
        return SSHDestination(
            host: node.address,
            user: node.user,
            port: node.port,
            identity: site.ssh.identity,
            hostKeyAlias: alias,
            knownHosts: keys.path
        )
    }

    /// The configured address, or the one that the guest's interface has.
    private func address(of guest: GuestHost.Found, on host: GuestHost) async throws -> String {
        if let address = site.address { return address }
        report(.waiting("guest \(guest.id) gets an address"))
        let deadline = host.clock.now + bootLimit
        while host.clock.now < deadline {
            if let address = try await host.interface(of: guest)?.reachable { return address }
            try await host.clock.sleep(for: .milliseconds(500))
        }
        throw GuestError.noAddress(id: guest.id, interface: GuestHost.interface)
    }

    /// Makes the keys in the guest's notes the trusted ones; if it still has its template's, those that the inventory
    /// vouches for.
    private func trustKeys(of guest: GuestHost.Found) async throws {
        let alias = alias(guest.id.rawValue)
        switch guest.hostKeys {
        case .own(let recorded)?: try keys.pin(recorded, as: alias)
        case .inherited(let announced)?:
            guard let first = try await firstKeys(of: guest) else { return }
            try keys.pin(first + announced.filter { !first.contains($0) }, as: alias)
        case nil:
            // A guest of version 0.1: what this machine knows already stays trusted.
            let known = try keys.keys(of: alias)
            if ledger.state.guest?.id == guest.id.rawValue, ledger.state.guest?.hasOwnHostKeys == true, !known.isEmpty {
                return
            }
            guard let first = try await firstKeys(of: guest) else { return }
            try keys.pin(first + known.filter { !first.contains($0) }, as: alias)
        }
    }

    /// The keys that the inventory vouches for; nil if whatever the guest shows first is to be trusted.
    private func firstKeys(of guest: GuestHost.Found) async throws -> [String]? {
        switch site.ssh.trust {
        case .pinned(let key): return [key.description]
        case .node:
            guard let node = site.ssh.node else { return nil }
            let shell = try SSHShell(try destination(of: node), into: guest.id.rawValue)
            let answer = try await lend(shell, endingWith: { await $0.close() }) { try await $0.run(HostKeys.read) }
            return HostKeys.keys(in: answer.text)
        case .firstUse: return nil
        }
    }

    /// Fails while the guest boots. `pct exec` enters a guest whose network and services are not up yet.
    private static let booted: Script = """
        case $(systemctl is-system-running 2>/dev/null) in running | degraded | maintenance | stopping) ;; *) exit 1 ;; esac
        """

    /// Tries until sshd accepts the login: a booting guest refuses, or does not answer at all. If the node is the way in,
    /// waits until the guest has booted, but not longer than ``bootLimit``: a unit may never come up.
    func waitForLogin(_ connection: SSHConnection) async throws {
        if site.ssh.via == .node { return try await waitForBoot(connection) }
        let clock = ContinuousClock()
        let address = connection.shell.destination.host
        let deadline = clock.now + bootLimit
        var isReported = false
        while true {
            do {
                _ = try await connection.query(["true"])
                return
            } catch ShellError.unreachable(_, let reason) {
                guard clock.now < deadline else { throw GuestError.unreachable(address: address, reason: reason) }
                if !isReported { report(.waiting("sshd of the guest answers at \(address)")) }
                isReported = true
                try await clock.sleep(for: .milliseconds(250))
            }
        }
    }

    private func waitForBoot(_ connection: SSHConnection) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + bootLimit
        var isReported = false
        while try await connection.query([Self.booted]).first?.exit != 0, clock.now < deadline {
            if !isReported { report(.waiting("\(connection.shell.name) boots")) }
            isReported = true
            try await clock.sleep(for: .milliseconds(250))
        }
    }
}
