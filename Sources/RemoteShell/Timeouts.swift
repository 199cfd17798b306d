import Synchronization

/// The time limits for each kind of wait for a host or a program.
///
/// The command line sets the default of the process. A task can set other limits for what it starts.
public struct Timeouts: Sendable, Hashable {
    /// The limit of a batch of queries over ssh, which changes nothing.
    public var query = Duration.seconds(120)
    /// The limit of a batch with a change, such as the installation of packages, and of a file transfer.
    public var change = Duration.seconds(1800)
    /// The limit of a program on this machine: dig, nsupdate, the command of a secret, a mailbox command.
    public var program = Duration.seconds(60)

    public init() {}

    private static let standard = Mutex(Timeouts())
    @TaskLocal private static var ofTask: Timeouts?

    /// The limits that apply to the current task.
    public static var current: Timeouts { ofTask ?? standard.withLock { $0 } }

    /// Sets the limits of all tasks that set none themselves.
    public static func setDefault(_ timeouts: Timeouts) { standard.withLock { $0 = timeouts } }

    /// Runs `body` with other limits.
    public static func with<Result>(_ timeouts: Timeouts, _ body: () async throws -> Result) async rethrows -> Result {
        try await $ofTask.withValue(timeouts) { try await body() }
    }

    /// The limit that applies to a wait.
    public enum Kind: String, Sendable, CaseIterable {
        case query, change, program

        /// The command line option that sets the limit.
        public var option: String { "--\(rawValue)-timeout" }
    }

    public subscript(kind: Kind) -> Duration {
        switch kind {
        case .query: query
        case .change: change
        case .program: program
        }
    }

    /// Runs `body` with limits that are extended by the time that a script waits on purpose.
    public static func extended<Result>(by wait: Duration, _ body: () async throws -> Result) async throws -> Result {
        var longer = current
        longer.query += wait
        longer.change += wait
        longer.program += wait
        return try await with(longer, body)
    }
}

/// One wait: its purpose, and the limit that applies.
public struct Wait: Sendable, Hashable {
    public var kind: Timeouts.Kind
    /// The text that completes "waited for …".
    public var purpose: String

    public init(_ kind: Timeouts.Kind, for purpose: String) {
        self.kind = kind
        self.purpose = purpose
    }

    /// The limit that applies to this wait in the current task.
    public var limit: Duration { Timeouts.current[kind] }
}
