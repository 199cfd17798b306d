import ConfigurationFiles
import Foundation
import Resources

/// The directory of the states and journals of all sites, with one folder for each site.
public struct StateDirectory: Sendable {
    public let root: String

    public init(root: String) { self.root = root }

    /// Returns the default directory: `$XDG_STATE_HOME/mxprovision`, or `~/.local/state/mxprovision` (XDG Base
    /// Directory Specification).
    public static func standard(environment: [String: String]) -> StateDirectory {
        StateDirectory(root: BaseDirectory.state.path(in: environment) + "/mxprovision")
    }

    /// Returns the site's folder, after creating it (mode 0700) if it is missing.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``
    public func folder(of site: SiteAddress) throws -> SiteFolder {
        let folder = path(of: site)
        try folder.create()
        return folder
    }

    /// Returns the site's folder, which need not exist. For read-only commands.
    public func path(of site: SiteAddress) -> SiteFolder {
        let inventory = "\(root)/\(site.inventory)"
        return SiteFolder(path: "\(inventory)/\(site.name)", above: [root, inventory])
    }
}

/// A site's full name: site names are unique only within their inventory.
public struct SiteAddress: Sendable, Hashable, CustomStringConvertible {
    public var inventory: String
    public var name: String

    public init(inventory: String, name: String) {
        self.inventory = inventory
        self.name = name
    }

    public var description: String { "\(inventory)/\(name)" }
}
