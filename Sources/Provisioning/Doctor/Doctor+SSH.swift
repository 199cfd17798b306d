import ProxmoxAPI
import RemoteShell

extension Doctor {
    /// The key that we show, the keys that we believe, and whether those who are there let us in.
    func lookAtSSH(of guest: GuestSight?, opening ways: inout Ways) async throws -> [VerifiedCheck] {
        let keys = PrivateKeys(shell: local)
        var checks: [VerifiedCheck] = []
        if let identity = site.ssh.identity {
            checks.append(try await keys.check(identity))
        } else {
            checks.append(try await keys.checkDefaults())
        }
        checks += try await trust(keys.knownTypes())
        let ledger = try Ledger(in: folder)
        let access = GuestAccess(site: site, folder: folder, ledger: ledger, report: report)
        if let node = site.ssh.node {
            let shell = try SSHShell(try access.destination(of: node))
            let (check, isIn) = try await login("node", node.address) {
                try await shell.run("command -v pct >/dev/null")
            }
            checks.append(check)
            if isIn { ways.node = shell } else { await shell.close() }
        }
        checks += try memory(of: ledger)
        guard let connection = try way(into: guest, access) else { return checks }
        let (check, isIn) = try await login("guest", connection.shell.destination.host) {
            try await connection.shell.run("true")
        }
        checks.append(check)
        if isIn { ways.guest = connection } else { await connection.close() }
        return checks
    }

    /// Nil where there is no guest to go into; one that Proxmox could not be asked about is tried.
    private func way(into guest: GuestSight?, _ access: GuestAccess) throws -> SSHConnection? {
        guard let guest else { return try access.openKnown() }
        guard case .ours(let found) = guest, found.view.isRunning else { return nil }
        guard site.ssh.via == .node, let node = site.ssh.node else { return try access.openKnown() }
        return try SSHConnection(try access.destination(of: node), into: found.id.rawValue)
    }

    /// Why the guest's first key will be believed.
    private func trust(_ known: Set<String>?) -> [VerifiedCheck] {
        switch site.ssh.trust {
        case .pinned(let key):
            guard let known, !known.contains(key.type) else {
                return [
                    VerifiedCheck(name: "host key", verdict: .pass, evidence: "the template's is pinned (\(key.type))")
                ]
            }
            return [
                VerifiedCheck(
                    name: "host key", verdict: .fail,
                    evidence: "ssh on this machine does not know keys of type \(key.type)",
                    advice: "Give another of the template's keys: `cat /etc/ssh/ssh_host_*_key.pub` in it.")
            ]
        case .node: return [VerifiedCheck(name: "host key", verdict: .pass, evidence: "is read through the node")]
        case .firstUse:
            return [
                VerifiedCheck(
                    name: "host key", verdict: .warn, evidence: "the first that is shown is believed, whoever shows it",
                    advice: "Give the template's key as `ssh: host_key:`, or `trust: node`.")
            ]
        }
    }

    /// Whether the keys that earlier runs have noted are still there.
    private func memory(of ledger: Ledger) throws -> [VerifiedCheck] {
        guard site.ssh.via == .ssh, let guest = ledger.state.guest, guest.hasOwnHostKeys else { return [] }
        let keys = try KnownHosts(path: folder.knownHostsPath).keys(of: "\(site.name)-\(guest.id)")
        guard keys.isEmpty else {
            return [VerifiedCheck(name: "known keys", verdict: .pass, evidence: "\(keys.count) of guest \(guest.id)")]
        }
        return [
            VerifiedCheck(
                name: "known keys", verdict: .fail,
                evidence:
                    "the state says that guest \(guest.id) has keys of its own, and \(folder.knownHostsPath) has none",
                advice: """
                    Read one on the node (`pct exec \(guest.id) -- cat /etc/ssh/ssh_host_ed25519_key.pub`), and put it there \
                    as a line `\(site.name)-\(guest.id) ssh-ed25519 AAAA…`.
                    """)
        ]
    }

    private func login(
        _ name: String,
        _ address: String,
        _ body: () async throws -> Completion
    ) async throws -> (check: VerifiedCheck, isIn: Bool) {
        do {
            let answer = try await body()
            guard answer.exit == 0 else {
                return (
                    VerifiedCheck(
                        name: name, verdict: .fail,
                        evidence: "\(address) lets us in, and has no `pct`: it is no Proxmox node",
                        advice: "Set `ssh: node: address:` to the node that the guest is on."), false
                )
            }
            return (VerifiedCheck(name: name, verdict: .pass, evidence: "\(address) lets us in"), true)
        } catch let error as ShellError { return (VerifiedCheck(name, .fail, error), false) }
    }
}
