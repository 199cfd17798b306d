import ConfigurationFiles
package import Engine
import Foundation
import ProxmoxAPI
package import RemoteShell

/// Opens connections to a site's guest, and keeps the chain of trust from the inventory to the guest's own host keys.
///
/// The guest's notes record its public host key (``HostKeyRecord``). If the notes say that the guest still has its
/// template's keys, it is trusted as the inventory's `ssh: trust:` says, once, until a run has replaced them.
package struct GuestAccess: Sendable {
    /// The site's name, from which the alias of the guest's keys is made.
    package let site: String
    package let ssh: SSHAccess
    /// The address of the guest's sshd that the inventory sets, or nil if only DHCP assigns one.
    package let staticAddress: String?
    /// Store of the trusted host keys while the command runs.
    package let keys: HostKeyStore
    let stateStore: StateStore
    let report: EventHandler

    /// Options of the connections to known guests.
    package var connectionOptions = SSHConnection.ConnectionOptions()

    /// How long a booted guest may take to get an address and to accept a login.
    var bootLimit = Duration.seconds(120)

    package init(
        site: String,
        ssh: SSHAccess,
        staticAddress: String?,
        keys: HostKeyStore,
        stateStore: StateStore,
        report: @escaping EventHandler,
        connectionOptions: SSHConnection.ConnectionOptions = SSHConnection.ConnectionOptions(),
        bootLimit: Duration = Duration.seconds(120)
    ) {
        self.site = site
        self.ssh = ssh
        self.staticAddress = staticAddress
        self.keys = keys
        self.stateStore = stateStore
        self.report = report
        self.connectionOptions = connectionOptions
        self.bootLimit = bootLimit
    }

    /// A connection to a guest, and the survey that was made over it.
    package struct Contact: Sendable {
        package var connection: SSHConnection
        package var survey: GuestSurvey
    }

    /// Surveys the guest at the address that the last run recorded, without waiting for Proxmox. Returns nil if that
    /// fails.
    package func surveyKnown(_ steps: [Step]) async throws -> Contact? {
        guard let connection = try openKnown() else { return nil }
        do {
            let survey = try await Engine(guest: connection, stateStore: stateStore, report: report).survey(steps)
            return Contact(connection: connection, survey: survey)
        } catch let error as ShellError where !error.isOverdue {
            await connection.close()
            return nil
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Returns a connection to the guest at the address and with the keys that the last run of this machine recorded,
    /// or nil if this machine has not reached the guest yet. Contacts nothing.
    package func openKnown() throws -> SSHConnection? {
        guard let guest = stateStore.state.guest else { return nil }
        if ssh.via == .node { return try connection(to: "", of: guest.id) }
        guard let address = guest.address, try !keys.keys(of: alias(guest.id)).isEmpty else { return nil }
        return try connection(to: address, of: guest.id)
    }

    /// Whether a connection by ``openKnown()`` leads to this guest: the keys that this machine trusts must be those in
    /// its notes.
    package func trustsKeys(of guest: LocatedGuest) throws -> Bool {
        // The connection leads to an id, which may belong to another guest by now.
        if ssh.via == .node { return stateStore.state.guest?.id == guest.id.rawValue }
        guard case .own(let recorded)? = guest.hostKeys else { return true }
        return try Set(keys.keys(of: alias(guest.id.rawValue))) == Set(recorded)
    }

    /// Ends a kept connection to the guest from this or an earlier run, because it would outlive the guest. A
    /// connection to the node stays: other sites may be using it.
    package func endKept() async throws {
        guard ssh.via == .ssh else { return }
        var kept = self
        kept.connectionOptions.isKept = true
        try await kept.openKnown()?.end()
    }

    /// Records the guest's address, so that the next run can survey it without waiting for Proxmox.
    package func remember(_ guest: LocatedGuest, at connection: SSHConnection) throws {
        try stateStore.update { state in
            if ssh.via == .ssh { state.guest?.address = connection.shell.destination.host }
            state.guest?.hasOwnHostKeys = true
        }
    }

    /// Waits until the guest accepts a login, and returns an open connection. Changes nothing in the guest.
    package func open(_ guest: LocatedGuest, on host: GuestLocator) async throws -> SSHConnection {
        let connection = try await connection(to: guest, on: host)
        try await waitForLogin(connection)
        return connection
    }

    /// Returns a connection to a guest that Proxmox reports. Does not contact the guest.
    package func connection(to guest: LocatedGuest, on host: GuestLocator) async throws -> SSHConnection {
        if ssh.via == .node { return try connection(to: "", of: guest.id.rawValue) }
        let address = try await address(of: guest, on: host)
        try await trustKeys(of: guest)
        return try connection(to: address, of: guest.id.rawValue)
    }

    /// The name under which the guest's keys are known.
    package func alias(_ id: Int) -> String { "\(site)-\(id)" }

    package func connection(to address: String, of id: Int) throws -> SSHConnection {
        var connectionOptions = connectionOptions
        connectionOptions.onWaiting = { [report] in
            report(.waiting("waiting for scripts of an earlier run in the guest"))
        }
        if ssh.via == .node, let node = ssh.node {
            return try SSHConnection(try destination(of: node), into: id, connectionOptions)
        }
        var destination = SSHDestination(
            host: address,
            user: ssh.user,
            port: ssh.port,
            identity: ssh.identity,
            jump: ssh.jump,
            hostKeyAlias: alias(id),
            knownHosts: keys.path
        )
        (destination.isUserDefault, destination.isPortDefault) = (ssh.isUserDefault, ssh.isPortDefault)
        let isKnown = try !keys.keys(of: alias(id)).isEmpty
        destination.acceptsNewKey = ssh.trust == .firstUse && !isKnown
        if !isKnown { connectionOptions.isKept = false }
        return try SSHConnection(destination, connectionOptions)
    }

    /// Returns the destination of the node's own sshd, with the host key that the inventory pins.
    package func destination(of node: NodeAccess) throws -> SSHDestination {
        let alias = "node-\(node.address)"
        try keys.pin([node.hostKey.description], as: alias)
        var destination = SSHDestination(
            host: node.address,
            user: node.user,
            port: node.port,
            identity: ssh.identity,
            hostKeyAlias: alias,
            knownHosts: keys.path
        )
        (destination.isUserDefault, destination.isPortDefault) = (node.isUserDefault, node.isPortDefault)
        return destination
    }

    /// Whether a connection to the address that the last run recorded can lead to the guest as Proxmox reports it. A
    /// stopped guest, or one with other fixed addresses, would only cause a timeout.
    package func canReach(_ guest: LocatedGuest) -> Bool {
        guard guest.view.isRunning else { return false }
        guard ssh.via == .ssh, ssh.address == nil, let recorded = stateStore.state.guest?.address else {
            return true
        }
        let shown = guest.view.addresses
        return shown.isEmpty || shown.contains { $0 == IPAddress(recorded) }
    }

    /// Returns the address that the inventory gives for ssh, else the one that Proxmox reports. `net0` or the guest's
    /// interface has it, and may differ from the inventory until a run has changed it.
    private func address(of guest: LocatedGuest, on host: GuestLocator) async throws -> String {
        if let address = ssh.address { return address }
        if let shown = guest.view.addresses.first { return shown.description }
        if guest.view.device?.isOpen != true, let address = staticAddress { return address }
        report(.waiting("waiting for an address of guest \(guest.id)"))
        let deadline = host.clock.now + bootLimit
        while host.clock.now < deadline {
            if let address = try await host.interface(of: guest)?.reachable { return address }
            try await host.clock.sleep(for: .milliseconds(500))
        }
        throw GuestError.noAddress(id: guest.id, interface: GuestLocator.interface)
    }

    /// Trusts the keys in the guest's notes. If the guest still has its template's keys, trusts those that the
    /// inventory vouches for.
    private func trustKeys(of guest: LocatedGuest) async throws {
        let alias = alias(guest.id.rawValue)
        switch guest.hostKeys {
        case .own(let recorded)?: try keys.pin(recorded, as: alias)
        case .inherited(let announced)?:
            guard let first = try await firstKeys(of: guest) else { return }
            try keys.pin(first + announced.filter { !first.contains($0) }, as: alias)
        case nil:
            // The notes were written by version 0.1: the keys that this machine knows stay trusted.
            let known = try keys.keys(of: alias)
            if stateStore.state.guest?.id == guest.id.rawValue, stateStore.state.guest?.hasOwnHostKeys == true,
                !known.isEmpty
            {
                return
            }
            guard let first = try await firstKeys(of: guest) else { return }
            try keys.pin(first + known.filter { !first.contains($0) }, as: alias)
        }
    }

    /// Returns the keys that the inventory vouches for, or nil if the first key that the guest presents is trusted.
    private func firstKeys(of guest: LocatedGuest) async throws -> [String]? {
        switch ssh.trust {
        case .pinned(let key): return [key.description]
        case .node:
            guard let node = ssh.node else { return nil }
            let shell = try SSHShell(try destination(of: node), into: guest.id.rawValue)
            let answer = try await withConnection(shell, endingWith: { await $0.close() }) {
                try await $0.run(HostKeys.read)
            }
            return HostKeys.keys(in: answer.text)
        case .firstUse: return nil
        }
    }

    /// Fails while the guest boots. `pct exec` enters a guest even if its network and services are not up yet.
    private static let booted: Script = """
        case $(systemctl is-system-running 2>/dev/null) in running | degraded | maintenance | stopping) ;; *) exit 1 ;; esac
        """

    /// Retries until sshd accepts the login: a booting guest refuses connections or does not answer. If the connection
    /// goes through the node, waits until the guest has booted, but at most ``bootLimit``: a unit may never come up.
    func waitForLogin(_ connection: SSHConnection) async throws {
        if ssh.via == .node { return try await waitForBoot(connection) }
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
                if !isReported { report(.waiting("waiting for sshd of the guest at \(address)")) }
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
            if !isReported { report(.waiting("waiting for \(connection.shell.name) to boot")) }
            isReported = true
            try await clock.sleep(for: .milliseconds(250))
        }
    }
}
