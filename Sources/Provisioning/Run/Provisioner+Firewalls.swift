/// The site's firewalls outside the guest, as the inventory names them.
extension Provisioner {
    func containerFirewall(_ ledger: Ledger, _ report: @escaping Report) -> ContainerFirewall? {
        guard site.firewall.contains(.proxmox) else { return nil }
        return ContainerFirewall(
            client: client,
            standing: site.standingPorts,
            published: [.smtp],
            report: report
        )
    }

    func nodeFirewall(_ ledger: Ledger, _ report: @escaping Report) -> NodeFirewall? {
        guard site.firewall.contains(.node), let node = site.ssh.node else { return nil }
        let access = access(ledger, report)
        return NodeFirewall(
            node: node.address,
            network: site.guest.network,
            // From the node itself, or from a host beside the guest, ssh passes no FORWARD chain of the node's.
            standing: site.ssh.via == .ssh && site.ssh.jump == nil ? site.standingPorts : [],
            published: [.smtp],
            isAlone: site.firewall == [.node],
            comment: "mxprovision \(address)",
            connect: { try SSHConnection(try access.destination(of: node)) },
            client: client,
            report: report
        )
    }
}

extension FirewallError {
    /// Why a guest that let us in does not any more; nil where no firewall of Proxmox's was changed before.
    init?(shuttingOut guest: GuestHost.Found, _ error: any Error, after prepared: Set<String>) {
        guard case GuestError.unreachable(_, let reason) = error, prepared.contains(ContainerFirewall.id) else {
            return nil
        }
        self = .shutOut(id: guest.id, node: guest.node, reason: reason)
    }
}
