import Synchronization

@testable import Engine
@testable import Provisioning
@testable import Resources

/// The reported notes, in order.
final class Notes: Sendable {
    private let kept = Mutex<[String]>([])
    var texts: [String] { kept.withLock { $0 } }

    func note(_ event: Event) {
        if case .note(let text) = event { kept.withLock { $0.append(text) } }
    }
}
