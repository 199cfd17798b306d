import ConfigurationFiles
import Engine
import Foundation
import Guests
import ProxmoxAPI
import RemoteShell

extension Doctor {
    /// Checks our private key, the trusted host keys, and the logins on node and guest.
    func lookAtSSH(of guest: GuestLookup?, opening connections: inout SiteConnections) async throws
        -> [VerifiedCheck]
    {
        let own = PrivateKeys(shell: local)
        var checks: [VerifiedCheck] = []
        if let identity = site.ssh.identity {
            checks.append(try await own.check(identity))
        } else {
            checks.append(try await own.checkDefaults())
        }
        checks += try await trust(own.knownTypes())
        let access = GuestAccess(site: site, keys: keys, stateStore: try StateStore(reading: folder), report: report)
        if let node = site.ssh.node {
            let shell = try SSHShell(try access.destination(of: node))
            let (check, isIn) = try await login("node", node.address) {
                try await shell.run("command -v pct >/dev/null")
            }
            checks.append(check)
            if isIn { connections.node = shell } else { await shell.close() }
        }
        guard let connection = try await way(into: guest, access) else { return checks }
        var answer = CommandResult(exit: 0)
        let (check, isIn) = try await login("guest", connection.shell.name) {
            answer = try await connection.shell.run(GuestSystem.probe())
            return answer
        }
        checks.append(check)
        if isIn { checks.append(release(GuestSystem(answer))) }
        if isIn { connections.guest = connection } else { await connection.close() }
        return checks
    }

    /// Checks that the playbook supports the guest's release.
    private func release(_ system: GuestSystem) -> VerifiedCheck {
        guard playbook.supports(system.release) else {
            return VerifiedCheck(
                name: "release", verdict: .fail,
                evidence: "the guest runs \(system.name); the playbook supports \(playbook.systems.formatted())",
                advice: "Set `template` in the inventory to a container with one of these systems, then run `rebuild`.")
        }
        return VerifiedCheck(name: "release", verdict: .pass, evidence: system.name)
    }

    /// Returns a connection to the running guest, or to the last known one if Proxmox could not be queried. Returns nil
    /// if there is none.
    private func way(into guest: GuestLookup?, _ access: GuestAccess) async throws -> SSHConnection? {
        guard let guest else { return try access.openKnown() }
        guard case .ours(let found) = guest, found.view.isRunning else { return nil }
        return try await access.connection(to: found, on: host)
    }

    /// Checks how the guest's first host key will be verified.
    private func trust(_ known: Set<String>?) -> [VerifiedCheck] {
        switch site.ssh.trust {
        case .pinned(let key):
            guard let known, !known.contains(key.type) else {
                return [
                    VerifiedCheck(
                        name: "host key", verdict: .pass, evidence: "pinned to the template's key (\(key.type))")
                ]
            }
            return [
                VerifiedCheck(
                    name: "host key", verdict: .fail,
                    evidence: "ssh on this machine does not support keys of type \(key.type)",
                    advice: "Set another key of the template: `cat /etc/ssh/ssh_host_*_key.pub` in it.")
            ]
        case .node: return [VerifiedCheck(name: "host key", verdict: .pass, evidence: "read through the node")]
        case .firstUse:
            return [
                VerifiedCheck(
                    name: "host key", verdict: .warn, evidence: "the first key is trusted without verification",
                    advice: "Set `ssh: host_key:` to the template's key, or set `trust: node`.")
            ]
        }
    }

    private func login(
        _ name: String,
        _ address: String,
        _ body: () async throws -> CommandResult
    ) async throws -> (check: VerifiedCheck, isIn: Bool) {
        do {
            let answer = try await body()
            guard answer.exit == 0 else {
                return (
                    VerifiedCheck(
                        name: name, verdict: .fail,
                        evidence: "logged in to \(address), but it has no `pct`: it is not a Proxmox node",
                        advice: "Set `ssh: node: address:` to the node that the guest is on."), false
                )
            }
            return (VerifiedCheck(name: name, verdict: .pass, evidence: "logged in to \(address)"), true)
        } catch let error as ShellError { return (VerifiedCheck(name, .fail, error), false) }
    }
}
