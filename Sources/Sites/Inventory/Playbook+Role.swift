import ConfigurationFiles
import Diagnostics
import Engine
import Yams

extension Playbook {
    /// Returns the role that the playbook of an inventory names, or nil if it has none.
    ///
    /// A playbook of version 0.1 names no role. It has the one whose keys the inventory has.
    ///
    /// - Parameters:
    ///   - path: the path of the playbook; nil for the standard one, which has the first role.
    ///   - roles: the roles that a playbook can name.
    /// - Throws: ``Mistakes`` if there is no role of the name.
    static func role(
        at path: String?, for inventory: Node, among roles: [any Role.Type]
    ) throws(Mistakes) -> (any Role.Type)? {
        guard let path else { return roles.first }
        // A playbook that cannot be read is reported when its steps are read.
        let node = try? SourceFile(path: path, option: "--playbook").node()
        guard let (key, value) = node?.mapping?.first(where: { $0.key.scalar?.string == "role" }) else {
            let keys = inventory.mapping?.keys.compactMap(\.scalar?.string) ?? []
            return roles.first { !$0.inventoryKeys.isDisjoint(with: keys) }
        }
        let name = value.scalar?.string ?? ""
        if let role = roles.first(where: { $0.name == name }) { return role }
        throw Mistakes([
            Mistake(
                file: path, line: key.mark?.line,
                text: "`role`: invalid value `\(name)`; expected \(quoted(roles.map { $0.name }))")
        ])
    }
}
