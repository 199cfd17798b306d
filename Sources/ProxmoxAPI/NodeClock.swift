import Foundation
import HTTPTransport
import Synchronization

/// The node's clock, from the `Date` header of its last answer (RFC 9110, section 6.6.1), to the second.
final class NodeClock: Sendable {
    private let last = Mutex<(text: String, at: ContinuousClock.Instant)?>(nil)

    func hear(_ answer: WireAnswer) {
        guard let text = answer.values(of: "date").first else { return }
        last.withLock { $0 = (text, .now) }
    }

    /// The current time on the node's clock, or nil if no answer had a valid `Date`.
    var now: Date? {
        guard let (text, instant) = last.withLock({ $0 }) else { return nil }
        return Self.date(text)?.addingTimeInterval((ContinuousClock.now - instant) / .seconds(1))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Parses `Sun, 06 Nov 1994 08:49:37 GMT`. Foundation's DateFormatter is not used, because it traps on a combining
    /// character in untrusted text.
    private static func date(_ text: String) -> Date? {
        let form = /[A-Z][a-z]{2}, ([0-3][0-9]) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-2][0-9]:[0-5][0-9]:[0-6][0-9]) GMT/
        guard let match = text.wholeMatch(of: form), (1...31).contains(Int(match.1) ?? 0),
            let month = months.firstIndex(of: String(match.2))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return try? Date("\(match.3)-\(number)-\(match.1)T\(match.4)Z", strategy: .iso8601)
    }
}
