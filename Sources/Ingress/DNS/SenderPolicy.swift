import Engine

/// An SPF record (RFC 7208), parsed as far as needed to add or remove one mechanism.
struct SenderPolicy: Sendable, Hashable {
    private var terms: [String]

    /// The policy that the article recommends: the domain's MX hosts may send for it.
    package static let minimal = SenderPolicy(terms: ["v=spf1", "mx", "~all"])

    private init(terms: [String]) { self.terms = terms }

    /// Returns nil if the text is not an SPF record.
    package init?(_ data: RecordData) {
        guard case .text(let strings) = data else { return nil }
        let terms = strings.text.split(separator: " ").map(String.init)
        guard terms.first?.lowercased() == "v=spf1" else { return nil }
        self.init(terms: terms)
    }

    package var strings: CharacterStrings { CharacterStrings(text: terms.joined(separator: " ")) }

    /// Returns the policy with `a:host`, unchanged if it has it already. The term precedes `all` and `redirect=`,
    /// because later terms are not evaluated.
    func permitting(_ host: RecordName) -> SenderPolicy {
        guard !terms.contains(where: { Self.permits($0, host) }) else { return self }
        let end = terms.firstIndex { Self.isLast($0) } ?? terms.endIndex
        var terms = terms
        terms.insert("a:\(host)", at: end)
        return SenderPolicy(terms: terms)
    }

    /// Returns the policy without `a:host`.
    func forgetting(_ host: RecordName) -> SenderPolicy {
        SenderPolicy(terms: terms.filter { !Self.permits($0, host) })
    }

    private static func permits(_ term: String, _ host: RecordName) -> Bool {
        let term = term.lowercased()
        return ["a:\(host)", "+a:\(host)", "a:\(host.absolute)", "+a:\(host.absolute)"].contains(term)
    }

    private static func isLast(_ term: String) -> Bool {
        let term = term.lowercased()
        return ["all", "+all", "-all", "~all", "?all"].contains(term) || term.hasPrefix("redirect=")
    }
}
