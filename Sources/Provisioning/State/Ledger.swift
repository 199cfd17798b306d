import Synchronization

/// The state of one site during a run: what is changed in it is on disk before the change returns.
public final class Ledger: Sendable {
    private let folder: SiteFolder
    private let kept: Mutex<SiteState>
    /// Whether changes are written; a read-only command keeps them in memory.
    private let isWritten: Bool

    /// - Throws: ``StateError``
    public convenience init(in folder: SiteFolder) throws { try self.init(in: folder, isWritten: true) }

    /// The state for a read-only command: nothing is written, and the folder need not exist.
    ///
    /// - Throws: ``StateError``
    public convenience init(reading folder: SiteFolder) throws { try self.init(in: folder, isWritten: false) }

    private init(in folder: SiteFolder, isWritten: Bool) throws {
        try folder.checkTrust()
        self.folder = folder
        self.isWritten = isWritten
        kept = Mutex(try folder.state())
    }

    public var state: SiteState { kept.withLock { $0 } }

    /// Changes the state and writes it; writes nothing where nothing changed.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``; the state is then as it was.
    public func update(_ change: (inout SiteState) -> Void) throws {
        try kept.withLock { state in
            var next = state
            change(&next)
            guard next != state else { return }
            if isWritten { try folder.replace(next) }
            state = next
        }
    }

    /// Notes what a remedy is going to owe, before it runs.
    func owe(_ triggers: [Trigger], verification: Bool) throws {
        try update { state in
            state.owesVerification = state.owesVerification || verification
            for trigger in triggers where !state.owed.contains(trigger) { state.owed.append(trigger) }
        }
    }

    /// Strikes out what has been paid; a restart pays for a reload of the same service as well.
    func settle(_ trigger: Trigger) throws {
        try update { state in
            state.owed.removeAll { $0 == trigger || trigger.action == .restart && $0.service == trigger.service }
        }
    }

    /// Strikes out what was owed to services whose processes have seen nothing of before.
    func settleAll(of services: Set<String>) throws {
        try update { $0.owed.removeAll { services.contains($0.service) } }
    }

    /// The guest is gone. What mail it had, and where that is, is not forgotten.
    func forgetGuest() throws {
        try kept.withLock { state in
            var next = SiteState()
            next.archive = state.archive
            if next.archive != nil { try folder.replace(next) }
            try folder.forgetGuest(keepingState: next.archive != nil)
            state = next
        }
    }
}
