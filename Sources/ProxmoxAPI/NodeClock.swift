import Foundation
import HTTPTransport
import Synchronization

/// The node's clock, as the `Date` of its last answer told it (RFC 9110, section 6.6.1), to the second.
final class NodeClock: Sendable {
    private let last = Mutex<(text: String, at: ContinuousClock.Instant)?>(nil)

    func hear(_ answer: WireAnswer) {
        guard let text = answer.values(of: "date").first else { return }
        last.withLock { $0 = (text, .now) }
    }

    /// Nil where no answer has told a time.
    var now: Date? {
        guard let (text, instant) = last.withLock({ $0 }) else { return nil }
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        form.timeZone = TimeZone(secondsFromGMT: 0)
        return form.date(from: text)?.addingTimeInterval((ContinuousClock.now - instant) / .seconds(1))
    }
}
