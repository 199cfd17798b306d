import Engine
package import Resources

/// The state of a guest as the API reports it.
package struct GuestView: Sendable, Equatable {
    /// The guest's configuration, with pending changes merged in.
    package var options: [String: String]
    package var digest: String?
    package var isRunning: Bool

    package var lock: String? { options["lock"] }
    package var mark: OwnershipMarker? { options["description"].flatMap { OwnershipMarker(in: $0) } }
}

/// The next call that brings a guest to its specification.
enum GuestAction: Sendable, Equatable {
    case clone
    /// Another task holds the guest: Proxmox's `lock`.
    case awaitUnlock(String)
    case configure(GuestSpecification.Difference)
    case start
    case none
}

/// Chooses the next call from a guest's state, as a pure function.
package enum GuestLifecycle {
    /// Returns the next call.
    ///
    /// - Parameter view: nil if the guest does not exist.
    static func next(_ view: GuestView?, toward specification: GuestSpecification) -> GuestAction {
        guard let view else { return .clone }
        if let lock = view.lock { return .awaitUnlock(lock) }
        let difference = specification.difference(from: view.options)
        if !difference.isEmpty { return .configure(difference) }
        return view.isRunning ? .none : .start
    }

    /// Returns all changes that `next` would lead to, for a plan. Calls nothing.
    ///
    /// - Parameter lost: the id of a guest that earlier runs created, if it does not exist any more.
    package static func changes(
        _ view: GuestView?, toward specification: GuestSpecification, template: Int, lost: Int? = nil
    ) -> [Change] {
        guard let view else {
            return [
                Change("guest", from: lost.map { "\($0), deleted outside of mxprovision" }, to: "clone of \(template)")
            ]
        }
        var changes = specification.difference(from: view.options).changes
        if !view.isRunning { changes.append(Change("status", from: "stopped", to: "running")) }
        return changes
    }
}
