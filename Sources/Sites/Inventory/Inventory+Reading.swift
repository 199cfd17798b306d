package import ConfigurationFiles
import Engine
import Ingress
import Resources
import Yams

extension Inventory {
    /// What the guests of the sites are made for, as their ownership markers say it.
    var roleMarker: String? {
        if let role { type(of: role).marker } else { "none" }
    }

    /// - Parameters:
    ///   - playbook: the path of the playbook that replaces the inventory's.
    ///   - standard: the path of the playbook of an inventory that names none.
    ///   - roles: the roles that a playbook can name; the first is that of the standard playbook.
    package static func read(
        _ source: SourceFile, playbook: String? = nil, standard: String? = nil, roles: [any Role.Type]
    ) throws(Mistakes) -> Inventory {
        let node = try source.node()
        var parameters = Parameters(node, file: source.name)
        // Decides which further keys there are, so it is read first. A mistake in it is reported with the others.
        let own = node.mapping?["playbook"]?.scalar.map { parameters.resolved($0.string) }
        let inventory = Inventory(
            &parameters, role: try Playbook.role(at: playbook ?? own ?? standard, for: node, among: roles))
        parameters.finish()
        try parameters.throwMistakes()
        guard let inventory else {
            // A part that is nil has recorded its mistake. This message appears only if a reader has a bug.
            throw Mistakes([Mistake(file: source.name, line: nil, text: "this file is not a valid inventory")])
        }
        return inventory
    }

    /// - Parameter role: the role whose keys the file has.
    package init?(_ parameters: inout Parameters, role: (any Role.Type)?) {
        let name: Name? = parameters.value("name")
        let playbook = parameters.optionalPath("playbook")
        var reader = role?.reader(of: &parameters)
        let zones = reader?.zones ?? []
        let dns =
            parameters.optionalSection("dns") { DNSSettings(&$0, domains: zones) } ?? DNSSettings(zones: zones)
        let sites = parameters.sites(updates: dns.update, &reader, alternatives: role?.alternatives ?? [])
        parameters.noteClashes(among: sites)
        let settings = reader?.role(for: sites, dns, in: &parameters)
        parameters.noteMisplaced(in: dns, sites: sites)
        parameters.noteUnfitRouters(of: sites)
        guard let name, reader == nil || settings != nil else { return nil }
        self.init(
            file: parameters.file,
            name: name.description,
            playbook: playbook,
            role: settings,
            dns: dns,
            sites: sites
        )
    }
}

extension Parameters {
    package mutating func noteRepeated<T: ParsableText>(_ values: [T?], key: String) {
        var seen: [T: Int] = [:]
        var faults: [(item: Int?, text: String)] = []
        for (item, value) in values.enumerated() {
            guard let value else { continue }
            if let first = seen[value] {
                faults.append((item, "duplicate `\(value)`; already listed at line \(line(of: key, item: first))"))
            } else {
                seen[value] = item
            }
        }
        wrong(key, items: faults)
    }
}
