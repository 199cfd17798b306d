public import ConfigurationFiles
public import Engine
import Guests
import Ingress
import Resources

extension Playbook {
    /// Reads a playbook for several sites of an inventory, in their order.
    ///
    /// - Throws: ``Mistakes``: those of all sites, each once.
    public static func load(
        from path: String,
        for sites: [Site],
        of inventory: Inventory
    ) throws(Mistakes) -> [Playbook] {
        let variables = sites.map { inventory.variables(for: $0) }
        let kinds = inventory.role.map { type(of: $0).kinds } ?? .general
        return try load(from: path, variables: variables, kinds: kinds) { index, playbook in
            let site = sites[index]
            let ports = inventory.ports(of: site, playbook)
            let ssh = NetworkPort(site.ssh.port)
            if (ports.published + ports.early).contains(ssh) {
                let text =
                    "`ports` has \(ssh), the port of ssh to the guest of site `\(site.name)`, which is never published"
                return Mistake(file: path, line: nil, text: text)
            }
            if let fault = site.forwardFault(of: ports, inventory: inventory) { return fault }
            guard playbook.steps.verification == nil, !ports.published.isEmpty, let opening = site.publishedPath
            else { return nil }
            let names = ports.published.map(\.description).joined(separator: ", ")
            let text =
                "the playbook has no verification, but site `\(site.name)` publishes \(names) by its \(opening); "
                + "add a verification, which must pass before a port is published"
            return Mistake(file: path, line: nil, text: text)
        }
    }
}

extension Inventory {
    /// The ports that a site needs from outside: those of its playbook, else those of its role.
    package func ports(of site: Site, _ playbook: Playbook) -> PublishedPorts {
        playbook.ports ?? role?.ports(of: site) ?? PublishedPorts()
    }
}

extension Site {
    /// The inventory key of what lets connections reach the guest from outside, or nil if nothing does.
    fileprivate var publishedPath: String? {
        if firewall.contains(.proxmox) || firewall.contains(.node) { return "`firewall`" }
        return router == nil ? nil : "`router`"
    }
}
