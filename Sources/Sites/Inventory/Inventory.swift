package import ConfigurationFiles
import Engine
public import Ingress
import Resources

/// The sites of one service, and their common settings.
public struct Inventory: Sendable {
    /// The path of the file, as it was given.
    public var file: String
    public var name: String
    /// The path of the playbook for its sites; nil for the standard one.
    public var playbook: String?
    /// The settings of the playbook's role; nil if it has none.
    package var role: (any Role)?
    public var dns: DNSSettings
    /// The sites in the order of the file.
    public var sites: [Site]

    /// Returns the site with this name, or nil if there is none.
    public func site(named name: String) -> Site? { sites.first { $0.name == name } }

    /// Reads an inventory. Does not read secrets: ``SecretSource/read(environment:)``.
    ///
    /// - Parameters:
    ///   - playbook: the path of the playbook that replaces the inventory's; its role decides which keys the inventory
    ///     has.
    ///   - standard: the path of the playbook of an inventory that names none.
    ///   - roles: the roles that a playbook can name; the first is that of the standard playbook.
    /// - Throws: ``Mistakes``, all of them at once.
    package static func load(
        from path: String, playbook: String? = nil, standard: String? = nil, roles: [any Role.Type]
    ) throws(Mistakes) -> Inventory {
        try read(
            SourceFile(path: path, option: "--inventory"), playbook: playbook, standard: standard,
            roles: roles)
    }
}
