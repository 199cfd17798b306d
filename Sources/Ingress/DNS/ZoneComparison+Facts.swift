import Engine

extension ZoneComparison {
    /// Returns the server's records for each set that mail delivery uses, right or wrong, as evidence.
    ///
    /// - Parameter isAsked: Returns whether the server was queried for a name.
    func facts(among isAsked: (RecordName) -> Bool = { _ in true }) -> [VerifiedCheck] {
        let changed = Set(DesiredZone.Stage.allCases.flatMap { publishing($0) }.map(\.set))
        // Sets that differ are reported as changes.
        let sets = desired.questions.filter { isAsked($0.name) && !changed.contains($0) }.compactMap { set in
            shown(set).map { VerifiedCheck(name: set.description, verdict: .pass, evidence: $0) }
        }
        return sets + desired.domains.filter(isAsked).flatMap(exchangers) + noAliases(among: isAsked)
    }

    /// Returns the set's records, or nil if the set is optional and empty: a domain may have any text, and most have no
    /// TLSA.
    private func shown(_ set: RecordSetName) -> String? {
        var present = (observed[set] ?? []).filter { $0.set == set }
        if set.type == .txt { present = present.filter { SenderPolicy($0.data) != nil } }
        guard !present.isEmpty else { return [.a, .aaaa].contains(set.type) ? "none" : nil }
        return present.map(\.data).sorted(by: Self.comesFirst).map(\.presentation).joined(separator: ", ")
    }

    private static func comesFirst(_ one: RecordData, _ other: RecordData) -> Bool {
        if case (.mailExchange(let first, _), .mailExchange(let second, _)) = (one, other), first != second {
            return first < second
        }
        return one.presentation < other.presentation
    }

    /// Checks the order of a domain's MX. If the backup is among the first, it gets mail while the primary is up.
    private func exchangers(of domain: RecordName) -> [VerifiedCheck] {
        let present = (observed[RecordSetName(name: domain, type: .mx)] ?? []).compactMap { record in
            if case .mailExchange(let preference, let host) = record.data { (preference, host) } else { nil }
        }
        var checks: [VerifiedCheck] = []
        // A null MX means "no service" and must be the only one (RFC 7505). Beside others, it makes some senders bounce
        // all mail.
        let isNull = present.contains { $0.1 == RecordName("") }
        checks.append(
            VerifiedCheck(
                name: "null MX of \(domain)", verdict: isNull ? .fail : .pass,
                evidence: isNull ? "0 . means that \(domain) accepts no mail (RFC 7505)" : "none"))
        guard let own = present.filter({ $0.1 == desired.host }).map(\.0).min() else { return checks }
        let others = present.filter { $0.1 != desired.host && $0.1 != RecordName("") }
        let first = others.min { $0.0 < $1.0 }
        let isBehind = (first?.0 ?? .max) < own
        let order = first.map { "\($0.1) at \($0.0), \(desired.host) at \(own)" } ?? "\(desired.host) is the only MX"
        checks.append(
            VerifiedCheck(
                name: "MX order of \(domain)", verdict: isBehind ? .pass : .fail, evidence: order))
        return checks
    }

    private func noAliases(among isAsked: (RecordName) -> Bool) -> [VerifiedCheck] {
        let names = ([desired.host] + desired.domains).filter(isAsked)
        guard !names.isEmpty else { return [] }
        let found = aliases
        return [
            VerifiedCheck(
                name: "no alias", verdict: found.isEmpty ? .pass : .fail,
                evidence: found.isEmpty
                    ? "no CNAME at \(names.map(\.description).joined(separator: ", "))" : found.joined(separator: "; "))
        ]
    }
}
