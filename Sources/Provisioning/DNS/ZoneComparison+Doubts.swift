extension ZoneComparison {
    /// What no change of ours mends, in sentences for people.
    ///
    /// - Parameter isAsked: Which names the server was asked about.
    func doubts(among isAsked: (RecordName) -> Bool = { _ in true }) -> [String] {
        aliases + strangers + unknownPolicies(among: isAsked)
    }

    /// RFC 5321, 5.1 and RFC 2181, 10.3: an MX does not point to an alias, and an alias has nothing else.
    var aliases: [String] {
        Set(observed.values.joined().filter { $0.type == RecordType("CNAME") }).sorted { $0.line < $1.line }.map {
            "\($0.name) is an alias (\($0.line)); an MX must not point to one, and no other record can stand there"
        }
    }

    /// Addresses and certificates at the guest's name that the inventory does not speak of.
    private var strangers: [String] {
        let given = Set(desired.own(.host).map(\.set))
        return [
            (RecordType.a, "senders that use IPv4 are led there"),
            (.aaaa, "senders that have IPv6 try it first"),
            (.tlsa, "a sender that goes by it refuses any other certificate"),
        ].flatMap { type, effect in
            let set = RecordSetName(name: type == .tlsa ? desired.tlsaName : desired.host, type: type)
            guard !given.contains(set) else { return [String]() }
            return (observed[set] ?? []).filter { $0.type == type }
                .map { "\($0.line) is not in the inventory, and left alone; \(effect)" }
        }
    }

    private func unknownPolicies(among isAsked: (RecordName) -> Bool) -> [String] {
        desired.domains.filter(isAsked).compactMap { domain in
            let set = RecordSetName(name: domain, type: .txt)
            switch (observed[set] ?? []).filter({ SenderPolicy($0.data) != nil }).count {
            case 0 where desired.settings.spf == .add:
                return "\(domain) has no SPF record, so there is none to put \(desired.host) into"
            case 2...:
                return "\(domain) has several SPF records; readers take that for none (RFC 7208, 4.5)"
            default: return nil
            }
        }
    }
}
