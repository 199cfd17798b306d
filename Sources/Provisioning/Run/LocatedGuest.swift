import ProxmoxAPI

/// A guest and the node that it is on.
struct LocatedGuest: Sendable, Equatable {
    var id: GuestID
    var node: NodeName
    var view: GuestView
}
