public import RemoteShell

/// A resource whose remedy may shut out its own maker.
///
/// Its remedy arms a timer in the guest that undoes it; the engine makes a new connection and runs ``confirm`` over
/// it, which disarms the timer. Where no new connection comes about, the timer puts things back.
public protocol ProvenByNewLogin: Resource {
    /// Disarms the timer. Sent over a connection made after the remedy ran.
    var confirm: Script { get }
}
