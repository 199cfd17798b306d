import Synchronization

/// How long each kind of wait for a host or a program may take.
///
/// The command line sets the default of the process; a task can have others for what it starts.
public struct Timeouts: Sendable, Hashable {
    /// For a batch of queries over ssh, which changes nothing.
    public var query = Duration.seconds(120)
    /// For a batch with a change in it, such as the installation of packages, and for the transfer of a file.
    public var change = Duration.seconds(1800)
    /// For a program on this machine: dig, nsupdate, a secret's command, a mailbox command.
    public var program = Duration.seconds(60)

    public init() {}

    private static let standard = Mutex(Timeouts())
    @TaskLocal private static var ofTask: Timeouts?

    /// The limits that apply to the current task.
    public static var current: Timeouts { ofTask ?? standard.withLock { $0 } }

    /// Sets the limits of all tasks that have none of their own.
    public static func setDefault(_ timeouts: Timeouts) { standard.withLock { $0 = timeouts } }

    /// Runs `body` with other limits.
    public static func with<Result>(_ timeouts: Timeouts, _ body: () async throws -> Result) async rethrows -> Result {
        try await $ofTask.withValue(timeouts) { try await body() }
    }

    /// Which of the limits applies to a wait.
    public enum Kind: String, Sendable, CaseIterable {
        case query, change, program

        /// The command line option that sets it.
        public var option: String { "--\(rawValue)-timeout" }
    }

    public subscript(kind: Kind) -> Duration {
        switch kind {
        case .query: query
        case .change: change
        case .program: program
        }
    }

    /// Runs `body` with limits that are longer by what a script is told to wait itself.
    public static func extended<Result>(by wait: Duration, _ body: () async throws -> Result) async throws -> Result {
        var longer = current
        longer.query += wait
        longer.change += wait
        longer.program += wait
        return try await with(longer, body)
    }
}

/// One wait: what for, and which limit applies.
public struct Wait: Sendable, Hashable {
    public var kind: Timeouts.Kind
    /// Completes "waited for …".
    public var purpose: String

    public init(_ kind: Timeouts.Kind, for purpose: String) {
        self.kind = kind
        self.purpose = purpose
    }

    public var limit: Duration { Timeouts.current[kind] }
}
