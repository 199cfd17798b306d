/// Reads the deliveries of a drill's messages from a Postfix log.
public enum DeliveryLog {
    /// Returns the final deliveries of a run's canaries, one for each queue file that was delivered.
    ///
    /// A message that passes a filter on the same host is in the log under two queue ids; the delivery to the filter
    /// is not final. Several recipients of one queue file, as with an alias, are one delivery.
    ///
    /// - Parameter log: lines from before the drill on, such as `… postfix/smtpd[7]: 4XYZ: …`; it may contain other
    ///   lines.
    public static func copies(ofRun run: String, in log: String) -> [CanaryCopy] {
        var numbers: [Substring: Int] = [:]
        var delivered: [Substring] = []
        for line in log.split(whereSeparator: \.isNewline) {
            guard let match = line.firstMatch(of: /\]: ([0-9A-Za-z]{6,}): (.*)/) else { continue }
            let (id, rest) = (match.1, match.2)
            if let number = number(in: rest, ofRun: run) {
                numbers[id] = number
            } else if numbers[id] != nil, rest.hasPrefix("to=<"), isFinal(rest), !delivered.contains(id) {
                delivered.append(id)
            }
        }
        return delivered.compactMap { id in numbers[id].map { CanaryCopy(number: $0, content: .unseen) } }
    }

    private static func number(in text: Substring, ofRun run: String) -> Int? {
        let prefix = "message-id=<\(Canary.messageIDPrefix(of: run))"
        guard text.hasPrefix(prefix) else { return nil }
        return Canary.number(in: text.dropFirst(prefix.count).prefix { $0 != "@" })
    }

    /// Whether a log line reports a delivery, and not one to a filter on the same host that returns the message to
    /// Postfix.
    private static func isFinal(_ text: Substring) -> Bool {
        guard text.contains(", status=sent ") else { return false }
        let isBeside = ["relay=127.", "relay=localhost", "relay=::1", "relay=[::1]"].contains {
            text.contains(", \($0)")
        }
        return !(isBeside && text.contains("queued as "))
    }
}
