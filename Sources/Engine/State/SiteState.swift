import ConfigurationFiles
public import Resources

public import struct Foundation.Date

/// The record of a site's runs: which guest is ours, how it was last reached, and which work is pending.
///
/// It contains nothing that can be read from the node or the guest. If it is lost, the next run searches for the guest
/// and finds it.
public struct SiteState: Codable, Sendable, Equatable {
    /// The format version that this program writes, and the newest that it reads.
    public static let currentVersion = 1

    public var version = SiteState.currentVersion
    /// The guest that carries our ownership marker.
    public var guest: Guest?
    /// Pending handlers: a repair may have made them necessary, and they have not been confirmed to have run.
    public var pendingHandlers: [Handler] = []
    /// The guest was changed since its last successful verification.
    public var needsVerification = false
    /// When the MX that a teardown has withdrawn has expired from all caches.
    public var exchangeGoneBy: Date?

    /// The random id of this machine's last ``Lease``.
    public var lease: String?
    /// The id of our lease that the last one was to replace. If a run died before it wrote the new one into the notes,
    /// the notes still contain this one.
    public var replacedLease: String?

    /// Queued mail that waits for its import into the guest.
    public var archive: Archive?

    /// What a drill has changed at the site. Recorded before the change and until it was undone.
    public var drill: Drill?

    public struct Drill: Codable, Sendable, Equatable {
        public var run: String
        /// The address whose mail is held.
        public var address: String
        public var since: Date
        /// The command that starts a primary which the drill has stopped; nil if it was not stopped, or runs again.
        public var start: String?

        package init(run: String, address: String, since: Date, start: String? = nil) {
            self.run = run
            self.address = address
            self.since = since
            self.start = start
        }
    }

    public struct Archive: Codable, Sendable, Equatable {
        public var path: String
        /// The random id of the ``OwnershipMarker`` of the guest that it came from. Nil if the user has named the file,
        /// empty if the guest is unknown.
        public var guest: String?

        public init(path: String, guest: String? = nil) {
            self.path = path
            self.guest = guest
        }
    }

    public struct Guest: Codable, Sendable, Equatable {
        public var id: Int
        public var node: String
        /// The random id of the guest's ``OwnershipMarker``.
        public var mark: String
        /// The address at which ssh last reached it.
        public var address: String?
        /// Whether its host keys are its own, not the template's.
        public var hasOwnHostKeys = false
        /// The MAC address of its network interface, which a replacement guest gets.
        public var hardwareAddress: String?

        package init(
            id: Int, node: String, mark: String, address: String? = nil, hasOwnHostKeys: Bool = false,
            hardwareAddress: String? = nil
        ) {
            self.id = id
            self.node = node
            self.mark = mark
            self.address = address
            self.hasOwnHostKeys = hasOwnHostKeys
            self.hardwareAddress = hardwareAddress
        }
    }

    public init() {}

    /// The names in the file: those of format version 1.
    private enum CodingKeys: String, CodingKey {
        case version, guest, exchangeGoneBy, lease, replacedLease, archive, drill
        case pendingHandlers = "owed"
        case needsVerification = "owesVerification"
    }
}

extension SiteState.Drill {
    /// What the drill may have changed: "held mail to you+…@yourdomain.net".
    package var holds: String { start == nil ? "held mail to \(address)" : "stopped the primary" }
}
