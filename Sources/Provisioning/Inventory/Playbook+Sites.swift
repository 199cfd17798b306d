public import ConfigurationFiles
public import Engine
import Ingress

extension Playbook {
    /// Reads a playbook for one site.
    ///
    /// - Parameter variables: the value of each `{{ name }}` at the site: ``Inventory/variables(for:acceptsShrink:)``.
    /// - Throws: ``Mistakes``, all of them at once.
    public static func load(from path: String, variables: [String: Variable]) throws(Mistakes) -> Playbook {
        try read(SourceFile(path: path, option: "--playbook"), variables: variables)
    }

    static func read(_ source: SourceFile, variables: [String: Variable]) throws(Mistakes) -> Playbook {
        try read(source, variables: variables, kinds: .backupMX)
    }

    /// Reads a playbook for several sites of an inventory, in their order.
    ///
    /// - Parameter acceptsShrink: whether a list of recipients may lose more than a fifth of its entries.
    /// - Throws: ``Mistakes``: those of all sites, each once.
    public static func load(
        from path: String,
        for sites: [Site],
        of inventory: Inventory,
        acceptsShrink: Bool = false
    ) throws(Mistakes) -> [Playbook] {
        let variables = sites.map { inventory.variables(for: $0, acceptsShrink: acceptsShrink) }
        return try load(from: path, variables: variables, kinds: .backupMX) { index, playbook in
            guard playbook.steps.verification == nil, let opening = sites[index].publishedPath else { return nil }
            let text =
                "the playbook has no `verify` step, but site `\(sites[index].name)` publishes port 25 by its \(opening); "
                + "add a `verify` step, which must pass before the port is published"
            return Mistake(file: path, line: nil, text: text)
        }
    }
}

extension Site {
    /// The inventory key of what lets mail reach the guest from outside, or nil if nothing does.
    fileprivate var publishedPath: String? {
        if firewall.contains(.proxmox) || firewall.contains(.node) { return "`firewall`" }
        return router == nil ? nil : "`router`"
    }
}
