public import RemoteShell

/// A resource whose repair may lock out the machine that runs it.
///
/// Its repair starts a timer in the guest that reverts the change. The engine then opens a new connection and runs
/// ``confirm`` over it, which stops the timer. If no new connection can be opened, the timer reverts the change.
public protocol ConfirmedByNewLogin: Resource {
    /// Stops the timer. Runs over a connection that was opened after the repair.
    var confirm: Script { get }
}
