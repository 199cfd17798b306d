import ConfigurationFiles
import Engine
package import Guests
package import Ingress
import Resources

/// The site's firewalls outside the guest, as the inventory names them.
extension Provisioner {
    /// The ports that are open before the guest's steps run: ssh, and those that the steps need.
    private var standingPorts: [OpenPort] { [.ssh(site.ssh.port)] + ports.early.map { OpenPort($0) } }

    func containerFirewall(_ stateStore: StateStore, _ report: @escaping EventHandler) -> ContainerFirewall? {
        guard site.firewall.contains(.proxmox) else { return nil }
        return ContainerFirewall(
            client: client,
            standing: standingPorts,
            published: ports.published.map { OpenPort($0) },
            report: report
        )
    }

    func nodeFirewall(_ stateStore: StateStore, _ report: @escaping EventHandler) -> NodeFirewall? {
        guard site.firewall.contains(.node), let node = site.ssh.node else { return nil }
        let access = access(stateStore, report)
        return NodeFirewall(
            node: node.address,
            network: site.guest.network,
            // ssh from the node itself, or from a host in the guest's network, does not pass the node's FORWARD chain.
            standing: site.ssh.via == .ssh && site.ssh.jump == nil ? standingPorts : [],
            published: ports.published.map { OpenPort($0) },
            isAlone: site.firewall == [.node],
            comment: "mxprovision \(address)",
            connect: { try SSHConnection(try access.destination(of: node)) },
            client: client,
            report: report
        )
    }
}

extension FirewallError {
    /// Returns why a guest no longer accepts logins after its Proxmox firewall was changed, or nil if the error has
    /// another cause.
    package init?(shuttingOut guest: LocatedGuest, _ error: any Error, after prepared: Set<String>) {
        guard case GuestError.unreachable(_, let reason) = error, prepared.contains(ContainerFirewall.id) else {
            return nil
        }
        self = .shutOut(id: guest.id, node: guest.node, reason: reason)
    }
}
