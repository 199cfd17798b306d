import Synchronization

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

/// The reported notes, in order.
final class Notes: Sendable {
    private let kept = Mutex<[String]>([])
    var texts: [String] { kept.withLock { $0 } }

    func note(_ event: Event) {
        if case .note(let text) = event { kept.withLock { $0.append(text) } }
    }
}
