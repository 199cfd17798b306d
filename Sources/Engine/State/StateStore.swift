import ConfigurationFiles
import Resources
import Synchronization

/// The state of one site during a run. A change is on disk before the call returns.
public final class StateStore: Sendable {
    private let folder: SiteFolder
    private let kept: Mutex<SiteState>
    /// Whether changes are written; a read-only command keeps them in memory.
    private let isWritten: Bool

    /// Opens the state for a command that changes it.
    ///
    /// - Throws: ``StateError``
    public convenience init(in folder: SiteFolder) throws { try self.init(in: folder, isWritten: true) }

    /// Opens the state for a read-only command: nothing is written, and the folder need not exist.
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

    /// Changes the state and writes it. Writes nothing if nothing has changed.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``; the state is then unchanged.
    public func update(_ change: (inout SiteState) -> Void) throws {
        try kept.withLock { state in
            var next = state
            change(&next)
            guard next != state else { return }
            if isWritten { try folder.replace(next) }
            state = next
        }
    }

    /// Records the handlers and the verification that a repair requires, before the repair runs.
    func owe(_ triggers: [Handler], verification: Bool) throws {
        try update { state in
            state.needsVerification = state.needsVerification || verification
            for trigger in triggers where !state.pendingHandlers.contains(trigger) {
                state.pendingHandlers.append(trigger)
            }
        }
    }

    /// Removes a handler that has run. A restart also does what a reload of the same service would.
    func settle(_ trigger: Handler) throws {
        try update { state in
            state.pendingHandlers.removeAll {
                $0 == trigger || trigger.action == .restart && $0.service == trigger.service
            }
        }
    }

    /// Removes the handlers of services whose processes were started after the changes.
    func settleAll(of services: Set<String>) throws {
        try update { $0.pendingHandlers.removeAll { services.contains($0.service) } }
    }

    /// Forgets the guest after it was deleted. The record of its archived queue is kept.
    package func forgetGuest() throws {
        try kept.withLock { state in
            var next = SiteState()
            next.archive = state.archive
            if next.archive != nil { try folder.replace(next) }
            try folder.forgetGuest(keepingState: next.archive != nil)
            state = next
        }
    }
}
