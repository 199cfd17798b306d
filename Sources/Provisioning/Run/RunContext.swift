import Engine
import Guests

/// What all parts of one run share.
struct RunContext: Sendable {
    /// The recorded state of the site.
    let stateStore: StateStore
    /// The claim on the site.
    let lease: SiteLease
    let report: EventHandler
}
