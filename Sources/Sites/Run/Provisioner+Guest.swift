package import ConfigurationFiles
package import Engine
package import Guests
import Ingress
import ProxmoxAPI
package import RemoteShell
import Resources

/// Connections to the site's guest for commands that only read.
extension Provisioner {
    /// Runs a read-only script in the site's running guest. Returns nil if the site has no guest.
    package func query(_ script: Script) async throws -> CommandResult? {
        try await reading { reader, stateStore in
            guard let connection = try await reader.reach(stateStore) else { return nil }
            report(.sent(script: script.description))
            return try await withConnection(connection, endingWith: { await $0.close() }) {
                try await $0.query([script]).first
            }
        }
    }

    /// Returns a connection to the site's running guest, from its Proxmox configuration and notes. Does not contact the
    /// guest. Returns nil if the site has no guest.
    ///
    /// - Throws: ``SiteError/stopped(site:id:)``, ``GuestError``, `APIError`
    package func reach(_ stateStore: StateStore) async throws -> SSHConnection? {
        let access = access(stateStore, report)
        let found: LocatedGuest?
        do { found = try await provision(stateStore, report).find() } catch let error as APIError {
            // The guest may be reachable while the node's API is not.
            guard case .unreachable = error, let known = try access.openKnown() else { throw error }
            return known
        }
        guard let found else { return nil }
        guard found.view.isRunning else { throw SiteError.stopped(site: site.name, id: found.id.rawValue) }
        return try await access.connection(to: found, on: host)
    }

    /// Returns the address that senders use: the public one in the inventory, or else the guest's own.
    package func addressForSenders(_ stateStore: StateStore) async throws -> IPAddress {
        if let first = site.dns?.addresses.first { return first }
        guard let own = try await ownAddress(stateStore) else { throw SiteError.noAddress(site: site.name) }
        return own
    }

    /// Returns the guest's own address: the inventory's, the last recorded one, or that of its interface.
    package func ownAddress(_ stateStore: StateStore) async throws -> IPAddress? {
        if let known = site.address ?? stateStore.state.guest?.address { return IPAddress(known) }
        guard let found = try await provision(stateStore, report).find(), found.view.isRunning else { return nil }
        return try await host.interface(of: found)?.reachable.flatMap(IPAddress.init)
    }

    /// Returns a shell on the site's node, or in its guest if the inventory has no access to the node.
    package func hostShell(_ stateStore: StateStore) async throws -> SSHShell {
        guard let node = site.ssh.node else { return try await knownGuest(stateStore).shell }
        return try SSHShell(try access(stateStore, report).destination(of: node))
    }

    /// - Throws: ``SiteError/noGuest(site:)``, and as ``reach(_:)``
    package func knownGuest(_ stateStore: StateStore) async throws -> SSHConnection {
        guard let guest = try await reach(stateStore) else { throw SiteError.noGuest(site: site.name) }
        return guest
    }

    /// Runs the playbook's verifications in the guest, in one round trip.
    package func verifySteps(_ stateStore: StateStore) async throws -> [VerifiedCheck] {
        let verifications = playbook.steps.compactMap { step in
            if case .verification(let verification) = step.action { verification } else { nil }
        }
        guard !verifications.isEmpty else {
            return [
                VerifiedCheck(
                    name: "playbook", verdict: .unchecked, evidence: "not checked: the playbook has no verification")
            ]
        }
        let scripts = try verifications.map { try $0.script() }
        let pause = verifications.reduce(Duration.zero) { $0 + $1.duration }
        return try await withConnection(try await knownGuest(stateStore), endingWith: { await $0.close() }) { guest in
            let answers = try await Timeouts.extended(by: pause) { try await guest.query(scripts) }
            var checks: [VerifiedCheck] = []
            for (verification, answer) in zip(verifications, answers) {
                checks += try await verification.checks(from: answer, of: guest.name)
            }
            return checks
        }
    }
}
