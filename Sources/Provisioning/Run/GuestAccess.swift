import Foundation
import ProxmoxAPI
import RemoteShell

/// The way into a site's guest, and the chain of trust from the inventory to the guest's own host keys.
struct GuestAccess: Sendable {
    let site: Site
    let folder: SiteFolder
    let ledger: Ledger
    let report: Report

    /// How known guests are asked.
    var manner = SSHConnection.Manner()

    /// How long a booted guest may take to show an address and to let us in.
    var bootLimit = Duration.seconds(120)

    /// A guest that was reached, and what it answered to the steps' probes.
    struct Contact: Sendable {
        var connection: SSHConnection
        var survey: [Engine.Assessed]
    }

    /// The guest where the last run left it, asked without waiting for Proxmox; nil where that does not work, and so
    /// the longer way has to be gone.
    func surveyKnown(_ steps: [Step]) async throws -> Contact? {
        guard let connection = try openKnown() else { return nil }
        do {
            let survey = try await Engine(guest: connection, ledger: ledger, report: report).survey(steps)
            return Contact(connection: connection, survey: survey)
        } catch is ShellError {
            await connection.close()
            return nil
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A way to the guest where the last run left it; contacts nothing. Nil where no run has got that far.
    func openKnown() throws -> (SSHConnection)? {
        guard let guest = ledger.state.guest, guest.hasOwnHostKeys, let address = guest.address else { return nil }
        return try connection(to: address, of: guest.id)
    }

    /// Ends a connection that this or an earlier run has kept: it would outlive what it leads to.
    func endKept() async throws {
        var kept = self
        kept.manner.isKept = true
        try await kept.openKnown()?.end()
    }

    /// Waits until the guest lets us in, gives it host keys of its own where it still has the template's, and leaves an
    /// open connection.
    func open(_ guest: GuestHost.Found, on host: GuestHost) async throws -> SSHConnection {
        let address = try await address(of: guest, on: host)
        try ledger.update { $0.guest?.address = address }
        let known = KnownHosts(path: folder.knownHostsPath)
        if ledger.state.guest?.hasOwnHostKeys != true {
            try await firstContact(guest, at: address, known)
        }
        let connection = try connection(to: address, of: guest.id.rawValue)
        try await waitForLogin(connection, at: address)
        if ledger.state.guest?.hasOwnHostKeys != true, site.ssh.via == .ssh {
            return try await rotateHostKeys(connection, of: guest, at: address, known)
        }
        return connection
    }

    /// The name under which the guest's keys are known.
    private func alias(_ id: Int) -> String { "\(site.name)-\(id)" }

    private func connection(to address: String, of id: Int) throws -> SSHConnection {
        var manner = manner
        manner.onWaiting = { [report] in report(.waiting("an earlier run's scripts are still at work in the guest")) }
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
            knownHosts: folder.knownHostsPath
        )
        destination.acceptsNewKey = site.ssh.trust == .firstUse && ledger.state.guest?.hasOwnHostKeys != true
        // The keys are about to change.
        if ledger.state.guest?.hasOwnHostKeys != true { manner.isKept = false }
        return try SSHConnection(destination, manner)
    }

    /// The node's own sshd, known by the host key that the inventory pins.
    func destination(of node: NodeAccess) throws -> SSHDestination {
        let alias = "node-\(node.address)"
        try KnownHosts(path: folder.knownHostsPath).pin([node.hostKey.description], as: alias)
        return SSHDestination(
            host: node.address,
            user: node.user,
            port: node.port,
            identity: site.ssh.identity,
            hostKeyAlias: alias,
            knownHosts: folder.knownHostsPath
        )
    }

    /// The configured address, or the one that the guest's interface has got.
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

    /// Settles which key the guest's first one is to be.
    private func firstContact(_ guest: GuestHost.Found, at address: String, _ known: KnownHosts) async throws {
        let alias = alias(guest.id.rawValue)
        switch site.ssh.trust {
        case .pinned(let key):
            // What is known already stays beside it: a run may have died between two sets of keys.
            let keys = try known.keys(of: alias).filter { $0 != key.description }
            try known.pin(keys + [key.description], as: alias)
        case .node:
            guard site.ssh.via == .ssh, let node = site.ssh.node else { return }
            let shell = try SSHShell(try destination(of: node), into: guest.id.rawValue)
            let answer = try await shell.run(HostKeys.read)
            await shell.close()
            try known.pin(HostKeys.keys(in: answer.text), as: alias)
        case .firstUse: return
        }
    }

    /// Tries until sshd answers: a booting guest refuses, or does not answer at all.
    private func waitForLogin(_ connection: SSHConnection, at address: String) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + bootLimit
        var isTold = false
        while true {
            do {
                _ = try await connection.ask(["true"])
                return
            } catch ShellError.unreachable(_, let reason) {
                guard clock.now < deadline else { throw GuestError.unreachable(address: address, reason: reason) }
                if !isTold { report(.waiting("sshd of the guest answers at \(address)")) }
                isTold = true
                try await clock.sleep(for: .milliseconds(250))
            }
        }
    }

    /// Gives the guest keys of its own. Old and new ones are both known until a connection has shown a new one, so that
    /// a run that dies here locks nobody out.
    private func rotateHostKeys(
        _ connection: SSHConnection,
        of guest: GuestHost.Found,
        at address: String,
        _ known: KnownHosts
    ) async throws -> SSHConnection {
        let alias = alias(guest.id.rawValue)
        let start = ContinuousClock.now
        report(.changing(step: "host keys", []))
        let folder = UUID().uuidString
        let prepared = try await connection.run([.change(HostKeys.prepare(in: folder))])[0]
        let fresh = HostKeys.keys(in: prepared.text)
        guard prepared.exit == 0, !fresh.isEmpty else {
            throw RunError.remedyFailed(step: "host keys", exit: prepared.exit, errors: prepared.tail)
        }
        try known.pin(try known.keys(of: alias) + fresh, as: alias)
        let installed = try await connection.run([.change(HostKeys.install(from: folder))])[0]
        // A live connection would hide which key the guest shows now.
        await connection.close()
        guard installed.exit == 0 else {
            throw RunError.remedyFailed(step: "host keys", exit: installed.exit, errors: installed.tail)
        }
        try known.pin(fresh, as: alias)
        let renewed = try self.connection(to: address, of: guest.id.rawValue)
        try await waitForLogin(renewed, at: address)
        try ledger.update { $0.guest?.hasOwnHostKeys = true }
        let change = Change("ssh host keys", from: "the template's", to: "its own")
        report(.changed(step: "host keys", [change], took: ContinuousClock.now - start))
        return renewed
    }
}
