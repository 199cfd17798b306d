import Engine

/// A comparison of one server's records with the desired records.
///
/// The guest owns its name: for a type that the inventory gives there, any other record is removed. In shared sets, the
/// MX and TXT of a domain, only our record is changed, and the set's TTL is kept.
struct ZoneComparison: Sendable {
    package let desired: DesiredZone
    /// The records of each queried set. A set that is missing is empty.
    package let observed: [RecordSetName: [ZoneRecord]]
    /// Whether to ignore TTLs, which count down in a resolver's answers.
    package var ignoresTTL = false

    /// Returns the changes that publish a stage.
    package func publishing(_ stage: DesiredZone.Stage) -> [RecordSetChange] {
        let changes: [RecordSetChange] =
            switch stage {
            case .host: ownSets(of: desired.own(.host)) + primaryAddresses() + policies { $0.permitting(desired.host) }
            case .exchange: desired.domains.map { exchange(of: $0) }
            }
        return changes.filter { !$0.removed.isEmpty || !$0.added.isEmpty }
    }

    /// Returns the changes that withdraw a stage: only records of the guest that the inventory gives are removed.
    func withdrawing(_ stage: DesiredZone.Stage) -> [RecordSetChange] {
        var changes: [RecordSetChange] = []
        switch stage {
        case .host:
            for (set, wanted) in grouped(desired.own(.host)) {
                let data = Set(wanted.map(\.data))
                changes.append(change(set, removing: { data.contains($0.data) }))
            }
            changes += policies { $0.forgetting(desired.host) }
        case .exchange:
            changes = desired.domains.map { domain in
                change(RecordSetName(name: domain, type: .mx), removing: { pointsToHost($0) })
            }
        }
        return changes.filter { !$0.removed.isEmpty || !$0.added.isEmpty }
    }

    /// Returns the seconds for which resolvers may still use what is withdrawn.
    func timeToLive(of stage: DesiredZone.Stage) -> Int {
        withdrawing(stage).flatMap(\.removed).map(\.ttl).max() ?? 0
    }

    /// Returns the records of a set. For an alias, the answer also has the target's records, which are not part of the
    /// set.
    private func records(_ set: RecordSetName) -> [ZoneRecord] { (observed[set] ?? []).filter { $0.set == set } }

    private func change(_ set: RecordSetName, removing isOurs: (ZoneRecord) -> Bool) -> RecordSetChange {
        RecordSetChange(set: set, observed: records(set), removed: records(set).filter(isOurs))
    }

    private func grouped(_ records: [ZoneRecord]) -> [(set: RecordSetName, records: [ZoneRecord])] {
        var order: [RecordSetName] = []
        for record in records where !order.contains(record.set) { order.append(record.set) }
        return order.map { set in (set, records.filter { $0.set == set }) }
    }

    /// Returns the changes of sets that are completely ours, including their TTL.
    private func ownSets(of wanted: [ZoneRecord]) -> [RecordSetChange] {
        grouped(wanted).map { set, wanted in
            let present = records(set)
            func isSame(_ one: ZoneRecord, _ other: ZoneRecord) -> Bool {
                one.data == other.data && (ignoresTTL || one.ttl == other.ttl)
            }
            return RecordSetChange(
                set: set,
                observed: present,
                removed: present.filter { old in !wanted.contains { isSame($0, old) } },
                added: wanted.filter { new in !present.contains { isSame($0, new) } }
            )
        }
    }

    /// Returns the changes that add the primary's missing addresses.
    private func primaryAddresses() -> [RecordSetChange] {
        grouped(desired.ofPrimary(.host)).map { set, wanted in
            let present = records(set)
            let missing = wanted.filter { new in !present.contains { $0.data == new.data } }
            return RecordSetChange(set: set, observed: present, added: missing.keepingTTL(of: present))
        }
    }

    private func pointsToHost(_ record: ZoneRecord) -> Bool {
        guard case .mailExchange(_, desired.host) = record.data else { return false }
        return true
    }

    private func exchange(of domain: RecordName) -> RecordSetChange {
        let set = RecordSetName(name: domain, type: .mx)
        let present = records(set)
        let wanted = desired.own(.exchange).filter { $0.name == domain }
        let primary = desired.ofPrimary(.exchange).filter { $0.name == domain }
        // The primary's MX is correct if senders try it first. Its exact preference is not ours to set.
        let ofPrimary = present.filter { record in
            guard case .mailExchange(_, desired.primary) = record.data else { return false }
            return true
        }
        let tooLate = ofPrimary.filter { record in
            guard case .mailExchange(let preference, _) = record.data else { return false }
            return preference >= desired.settings.preference
        }
        let stale = present.filter { old in pointsToHost(old) && !wanted.contains { $0.data == old.data } }
        let missing = wanted.filter { new in !present.contains { $0.data == new.data } }
        return RecordSetChange(
            set: set,
            observed: present,
            removed: tooLate + stale,
            added: ((ofPrimary.count == tooLate.count ? primary : []) + missing).keepingTTL(of: present)
        )
    }

    /// Returns the changes of SPF records. A domain without one gets none: it would forbid senders that the inventory
    /// does not know.
    private func policies(_ edit: (SenderPolicy) -> SenderPolicy) -> [RecordSetChange] {
        guard desired.settings.spf == .add else { return [] }
        return desired.domains.compactMap { domain in
            let set = RecordSetName(name: domain, type: .txt)
            let present = records(set)
            let found = present.filter { SenderPolicy($0.data) != nil }
            guard found.count == 1, let policy = SenderPolicy(found[0].data), edit(policy) != policy else { return nil }
            let edited = ZoneRecord(domain, ttl: found[0].ttl, .text(edit(policy).strings))
            return RecordSetChange(set: set, observed: present, removed: found, added: [edited])
        }
    }
}

extension [ZoneRecord] {
    /// Returns the records with the TTL of the present set. Servers keep one TTL per set, so another TTL would change
    /// all records of the set.
    fileprivate func keepingTTL(of present: [ZoneRecord]) -> [ZoneRecord] {
        guard let ttl = present.first?.ttl else { return self }
        return map { ZoneRecord($0.name, ttl: ttl, $0.data) }
    }
}
