package import ConfigurationFiles
import Engine
package import Ingress
import Yams

extension Parameters {
    /// Reads the sites, each merged over the common defaults.
    ///
    /// - Parameters:
    ///   - role: reads the keys of its role.
    ///   - alternatives: keys of the role of which only one is used.
    package mutating func sites(
        updates: ZoneUpdateAccess?, _ role: inout (any RoleReader)?, alternatives: [[String]]
    ) -> [Site] {
        let defaults = entry("defaults")?.value
        if let defaults, defaults.mapping == nil {
            wrong("defaults", "`defaults` is \(defaults.phrase); expected a mapping")
        }
        guard let entry = required("sites") else { return [] }
        guard let mapping = entry.value.mapping else {
            spoil("sites", "`sites` is \(entry.value.phrase); expected a mapping of site names to sites")
            return []
        }
        if mapping.isEmpty { wrong("sites", "`sites` is empty; expected at least one site") }
        var sites: [Site] = []
        for (key, value) in mapping {
            let line = key.mark?.line ?? entry.line
            guard let name = siteName(key, line: line) else { continue }
            let merged = defaults.map { value.merged(over: $0, Node.alternatives + alternatives) } ?? value
            var part = Parameters(
                merged, file: file, line: line, variables: Variables(["site": .text(name.description)]))
            part.unknownOutside = isKnown("dns") ? [] : ["dns"]
            let site = Site(&part, name: name.description, updates: updates)
            role?.read(&part, named: name.description)
            part.finish()
            adopt(part, as: "sites.*")
            // A site with mistakes is omitted, because it cannot be compared with other parts of the inventory.
            if let site, part.mistakes.isEmpty { sites.append(site) }
        }
        return sites
    }

    private mutating func siteName(_ key: Node, line: Int) -> Name? {
        do { return try Name(reading: key.scalar?.string ?? "") } catch {
            note(line, "`sites`: \(error.text)")
            return nil
        }
    }
}

extension Node {
    /// Keys of which only one is used: if a site sets one, the others are not taken from the defaults.
    fileprivate static let alternatives = [
        ["fingerprint", "ca"], ["token", "login"], ["env", "file", "command"], ["host_key", "trust"],
        ["manual", "unifi"], ["acme", "files"],
    ]

    /// Returns this mapping with missing keys taken from the defaults, section by section. Lists are not merged.
    fileprivate func merged(over defaults: Node, _ alternatives: [[String]]) -> Node {
        guard !isNull else { return defaults }
        guard var mapping, let inherited = defaults.mapping else { return self }
        let own = mapping.keys.compactMap(\.scalar?.string)
        for (key, value) in inherited {
            guard let name = key.scalar?.string else { continue }
            if let index = mapping.firstIndex(where: { $0.key.scalar?.string == name }) {
                // Names of variables are the user's.
                let alternatives = name == "vars" ? [] : alternatives
                mapping[index].value = mapping[index].value.merged(over: value, alternatives)
            } else if !alternatives.contains(where: { $0.contains(name) && !$0.allSatisfy { !own.contains($0) } }) {
                mapping[key] = value
            }
        }
        return .mapping(mapping)
    }
}
