public import struct Foundation.Date

/// What a site's runs have recorded: which guest is ours, how it was last reached, and what is owed to it.
///
/// It remembers nothing that the machine itself can tell; a lost state costs a search, never a guest.
public struct SiteState: Codable, Sendable, Equatable {
    /// The format that this version writes, and the newest that it reads.
    public static let currentVersion = 1

    public var version = SiteState.currentVersion
    /// The guest that carries our mark.
    public var guest: Guest?
    /// Reloads and restarts that a remedy may have made necessary, and that nobody has been seen to pay.
    public var owed: [Trigger] = []
    /// The guest was changed since it was last seen to behave as a backup MX must.
    public var owesVerification = false
    /// When no sender goes any more by the MX that a teardown has withdrawn.
    public var exchangeGoneBy: Date?

    /// The random id of this machine's last ``Lease``.
    public var lease: String?
    /// The id of the lease of ours that it was to replace: where a run died before it was written into the notes, this one
    /// still stands there.
    public var replacedLease: String?

    /// A mail queue that waits to be put into the guest.
    public var archive: Archive?

    /// What a drill does to the site, from before it is done until it was taken back.
    public var drill: Drill?

    public struct Drill: Codable, Sendable, Equatable {
        public var run: String
        /// Whose mail is held.
        public var address: String
        public var since: Date
        /// The command that starts a primary which the drill has stopped; nil where it has not, or where it runs again.
        public var start: String?
    }

    public struct Archive: Codable, Sendable, Equatable {
        public var path: String
        /// The random id of the ``Mark`` of the guest that it came from; nil where a person has named the file, empty where
        /// nobody knows any more.
        public var guest: String?

        public init(path: String, guest: String? = nil) {
            self.path = path
            self.guest = guest
        }
    }

    public struct Guest: Codable, Sendable, Equatable {
        public var id: Int
        public var node: String
        /// The random id of the guest's ``Mark``.
        public var mark: String
        /// Where ssh reached it last.
        public var address: String?
        /// Its host keys are its own, not the template's.
        public var hasOwnHostKeys = false
    }

    public init() {}
}

extension SiteState.Drill {
    /// What it may have done: "held mail to you+…@yourdomain.net".
    var holds: String { start == nil ? "held mail to \(address)" : "stopped the primary" }
}
