import Engine

/// One answer in the output of `dig +noall +comments +answer`.
struct DigAnswer: Sendable, Hashable {
    /// `NOERROR`, `NXDOMAIN`, `REFUSED` …
    package var status: String
    /// Whether the answer has the AA flag: the server has authority for the zone.
    package var isAuthoritative: Bool
    package var records: [ZoneRecord]

    /// Parses all answers of an output, in order.
    package static func read(_ text: String) -> [DigAnswer] {
        var answers: [DigAnswer] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if let header = line.firstMatch(of: /^;; ->>HEADER<<- .*status: ([A-Z0-9]+)/) {
                answers.append(DigAnswer(status: String(header.1), isAuthoritative: false, records: []))
            } else if let flags = line.firstMatch(of: /^;; flags:([a-z ]*);/), !answers.isEmpty {
                answers[answers.count - 1].isAuthoritative = flags.1.split(separator: " ").contains("aa")
            } else if !line.hasPrefix(";"), let record = ZoneRecord(line: line), !answers.isEmpty {
                answers[answers.count - 1].records.append(record)
            }
        }
        return answers
    }

    /// Returns why there is no answer: the last error message of dig.
    package static func reason(in text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(";; ") && !$0.contains("HEADER") }
        let told =
            lines.last { $0.contains("error") || $0.contains("timed out") || $0.contains("couldn't") } ?? lines.last
        return told.map { String($0.dropFirst(3)) } ?? "dig printed no reason"
    }
}
