import Engine
public import ProxmoxAPI

/// A guest without the site's ownership marker, and what its configuration says about its owner.
public struct OtherGuest: Sendable, Equatable {
    public var id: GuestID
    public var node: NodeName
    public var hostname: String?
    /// The ownership marker in its notes, or nil if they contain none.
    public var mark: OwnershipMarker?

    package init(_ found: LocatedGuest) {
        id = found.id
        node = found.node
        hostname = found.view.options["hostname"]
        mark = found.view.mark
    }

    package var evidence: String {
        let owner =
            mark.map { "its notes say that it belongs to site `\($0.site)` of inventory `\($0.inventory)`" }
            ?? "its notes contain no ownership marker of mxprovision"
        return owner + (hostname.map { "; its hostname is \($0)" } ?? "")
    }

    /// Advice for the user. Only another `vmid` would create a second guest with the same address.
    package var advice: String {
        guard let mark else {
            return """
                It has another owner, or its notes were overwritten: check `pct config \(id)` on the node. If it has \
                another owner, choose another `vmid` in the inventory, and another `network: address:` if it has this site's address.
                """
        }
        return """
            If this site or the inventory was renamed, restore its old name: `name: \(mark.inventory)` in the inventory, and \
            the key `\(mark.site)` under `sites`. To keep guest \(id) in addition to this site's guest, choose \
            another `vmid`, `network: address:` and `hostname`.
            """
    }
}
