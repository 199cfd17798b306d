/// A resource whose repair needs a service outside the site, which may be unavailable or refuse.
///
/// If such a repair ends with ``Postponement/exit``, the guest works at least as well as before. The run reports the
/// reason and continues with the other steps. The next run retries.
public protocol Deferrable: Resource {}

/// The exit status with which a repair defers itself.
package enum Postponement {
    /// EX_TEMPFAIL of sysexits.h.
    package static let exit = 75
}
