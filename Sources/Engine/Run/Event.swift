public import ConfigurationFiles
public import Resources

/// Something that happened in a run. Events are reported in the order in which they happened.
public enum Event: Sendable, Equatable {
    /// The step is up to date.
    case unchanged(step: String)
    /// The step's probe took this long in the guest. Reported only if the time was measured.
    case probed(step: String, took: Duration)
    /// The step is about to be repaired.
    case changing(step: String, [Change])
    /// The step was repaired, and a new probe has confirmed that it is up to date.
    case changed(step: String, [Change], took: Duration)
    /// The step is deferred, because it depends on a person or system outside of the site. `reason` is their message.
    /// The next run tries again.
    case deferred(step: String, reason: String)
    /// A handler (a reload or restart) was run.
    case handled(Handler, took: Duration)
    /// The guest behaves as a backup MX must. Has the checks that were made.
    case verified([VerifiedCheck], took: Duration)
    /// A command of the role has ended. Has its result, such as the report of a drill.
    case result(TypedValue)
    /// What the run is waiting for.
    case waiting(String)
    /// A message for the user that reports no change.
    case note(String)
    /// A script was sent. `script` is its text without secrets.
    case sent(script: String)
    /// The run has ended.
    case finished(Summary)
}

/// The summary at the end of a run.
public struct Summary: Sendable, Equatable {
    public var site: String
    public var guest: Int?
    public var unchanged: Int
    public var changed: Int
    /// Number of deferred steps.
    public var deferred: Int
    public var took: Duration

    public init(site: String, guest: Int?, unchanged: Int, changed: Int, deferred: Int = 0, took: Duration) {
        self.site = site
        self.guest = guest
        self.unchanged = unchanged
        self.changed = changed
        self.deferred = deferred
        self.took = took
    }
}

/// Receives the events of a run. Synchronous, so that the journal has an event before the next one happens.
public typealias EventHandler = @Sendable (Event) -> Void
