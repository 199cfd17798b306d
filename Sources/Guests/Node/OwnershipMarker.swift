public import Engine
import Foundation

/// The marker in a guest's notes that says which site owns it.
///
/// Proxmox writes `description` together with the clone (`POST …/clone`), so a guest has its marker from the start.
public struct OwnershipMarker: Sendable, Hashable {
    public var inventory: String
    public var site: String
    /// Random; distinguishes this guest from an earlier one of the same site.
    public var id: String
    /// What the guest was made for, if not for the role of version 0.1, whose markers do not say it.
    public var role: String?

    public init(inventory: String, site: String, id: String, role: String? = nil) {
        self.inventory = inventory
        self.site = site
        self.id = id
        self.role = role
    }

    /// Returns a marker for a guest that is about to be cloned.
    public static func fresh(for site: SiteAddress, role: String? = nil) -> OwnershipMarker {
        OwnershipMarker(
            inventory: site.inventory, site: site.name, id: UUID().uuidString.lowercased(), role: role)
    }

    /// The guest's notes: a line for people, and the line that is read back.
    public var notes: String {
        """
        Site \(site) of inventory \(inventory); provisioned by mxprovision, which overwrites changes made by hand.
        \(Self.prefix)inventory=\(inventory) site=\(site) id=\(id)\(role.map { " role=\($0)" } ?? "")
        """
    }

    /// Reads the marker in a guest's notes. Returns nil if there is none.
    public init?(in notes: String) {
        for line in notes.split(whereSeparator: \.isNewline) where line.hasPrefix(Self.prefix) {
            var values: [Substring: String] = [:]
            for pair in line.dropFirst(Self.prefix.count).split(separator: " ") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { values[parts[0]] = String(parts[1]) }
            }
            guard let inventory = values["inventory"], let site = values["site"], let id = values["id"] else {
                continue
            }
            self.init(inventory: inventory, site: site, id: id, role: values["role"])
            return
        }
        return nil
    }

    public func belongs(to address: SiteAddress) -> Bool { inventory == address.inventory && site == address.name }

    private static let prefix = "mxprovision: "
}
