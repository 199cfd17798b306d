package import ProxmoxAPI

/// A guest and the node that it is on.
package struct LocatedGuest: Sendable, Equatable {
    package var id: GuestID
    package var node: NodeName
    package var view: GuestView
}
