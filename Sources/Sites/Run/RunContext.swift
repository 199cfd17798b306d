package import Engine
package import Guests

/// What all parts of one run share.
package struct RunContext: Sendable {
    /// The recorded state of the site.
    package let stateStore: StateStore
    /// The claim on the site.
    package let lease: SiteLease
    package let report: EventHandler
}
