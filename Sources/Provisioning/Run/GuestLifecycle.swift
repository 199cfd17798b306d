/// What is seen of a guest through the API.
struct GuestView: Sendable, Equatable {
    /// The guest's configuration, pending changes merged in.
    var options: [String: String]
    var digest: String?
    var isRunning: Bool

    var lock: String? { options["lock"] }
    var mark: Mark? { options["description"].flatMap { Mark(in: $0) } }
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

/// The guest's way from nothing to running: a pure function from what is seen to the next call.
enum GuestLifecycle {
    /// - Parameter view: nil where the guest does not exist.
    static func next(_ view: GuestView?, toward specification: GuestSpecification) -> GuestAction {
        guard let view else { return .clone }
        if let lock = view.lock { return .awaitUnlock(lock) }
        let difference = specification.difference(from: view.options)
        if !difference.isEmpty { return .configure(difference) }
        return view.isRunning ? .none : .start
    }

    /// All that `next` would lead to, for a plan: nothing is called.
    ///
    /// - Parameter lost: the id of a guest that earlier runs have made, if it does not exist any more.
    static func changes(
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
