extension ZoneComparison {
    /// Returns the problems that no change of ours can repair, as sentences to show.
    ///
    /// - Parameter isAsked: Returns whether the server was queried for a name.
    package func doubts(among isAsked: (RecordName) -> Bool = { _ in true }) -> [String] {
        aliases + strangers + unknownPolicies(among: isAsked)
    }

    /// An MX must not point to an alias, and an alias must have no other records (RFC 5321, 5.1; RFC 2181, 10.3).
    package var aliases: [String] {
        Set(observed.values.joined().filter { $0.type == RecordType("CNAME") }).sorted { $0.line < $1.line }.map {
            "\($0.name) is an alias (\($0.line)); an MX must not point to an alias, and an alias cannot have other records"
        }
    }

    /// Addresses and certificates at the guest's name that are not in the inventory.
    private var strangers: [String] {
        let given = Set(desired.own(.host).map(\.set))
        return [
            (RecordType.a, "senders with IPv4 connect to it"),
            (.aaaa, "senders with IPv6 try it first"),
            (.tlsa, "senders that check it refuse any other certificate"),
        ].flatMap { type, effect in
            let set = RecordSetName(name: type == .tlsa ? desired.tlsaName : desired.host, type: type)
            guard !given.contains(set) else { return [String]() }
            return (observed[set] ?? []).filter { $0.type == type }
                .map { "\($0.line) is not in the inventory and is kept; \(effect)" }
        }
    }

    private func unknownPolicies(among isAsked: (RecordName) -> Bool) -> [String] {
        desired.domains.filter(isAsked).compactMap { domain in
            let set = RecordSetName(name: domain, type: .txt)
            switch (observed[set] ?? []).filter({ SenderPolicy($0.data) != nil }).count {
            case 0 where desired.settings.spf == .add:
                return "\(domain) has no SPF record, so \(desired.host) cannot be added to it"
            case 2...:
                return "\(domain) has several SPF records; receivers treat this as an error (RFC 7208, 4.5)"
            default: return nil
            }
        }
    }
}
