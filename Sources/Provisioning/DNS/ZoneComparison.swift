/// What one server says against what it is to say.
///
/// The guest's own name is the guest's: of a type that the inventory gives there, nothing else is to stand. Of sets
/// that are shared with others, MX and TXT of a domain, only the record that is ours is touched, and their TTL is kept.
struct ZoneComparison: Sendable {
    let desired: DesiredZone
    /// Each set that was asked for; one that is missing is empty.
    let observed: [RecordSetName: [ZoneRecord]]
    /// A resolver's answers count down.
    var ignoresTTL = false

    /// What makes the server say all of a stage.
    func publishing(_ stage: DesiredZone.Stage) -> [RecordSetChange] {
        let changes: [RecordSetChange] =
            switch stage {
            case .host: ownSets(of: desired.own(.host)) + primaryAddresses() + policies { $0.permitting(desired.host) }
            case .exchange: desired.domains.map { exchange(of: $0) }
            }
        return changes.filter { !$0.removed.isEmpty || !$0.added.isEmpty }
    }

    /// What takes a stage back: records of the guest alone, and only those that the inventory gives.
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

    /// Seconds for which others may still go by what is withdrawn.
    func timeToLive(of stage: DesiredZone.Stage) -> Int {
        withdrawing(stage).flatMap(\.removed).map(\.ttl).max() ?? 0
    }

    /// Where an alias stands, its target's records are answered too; they are no part of the set.
    private func records(_ set: RecordSetName) -> [ZoneRecord] { (observed[set] ?? []).filter { $0.set == set } }

    private func change(_ set: RecordSetName, removing isOurs: (ZoneRecord) -> Bool) -> RecordSetChange {
        RecordSetChange(set: set, observed: records(set), removed: records(set).filter(isOurs))
    }

    private func grouped(_ records: [ZoneRecord]) -> [(set: RecordSetName, records: [ZoneRecord])] {
        var order: [RecordSetName] = []
        for record in records where !order.contains(record.set) { order.append(record.set) }
        return order.map { set in (set, records.filter { $0.set == set }) }
    }

    /// Sets that are wholly ours, with their TTL.
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

    /// Only what is missing.
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
        // The primary's MX is right wherever senders try it first; its preference is somebody else's choice.
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

    /// A domain without an SPF record gets none: it would forbid senders that nobody here knows of.
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
    /// Servers keep one TTL a set: an addition with another would change it for everybody's records there.
    fileprivate func keepingTTL(of present: [ZoneRecord]) -> [ZoneRecord] {
        guard let ttl = present.first?.ttl else { return self }
        return map { ZoneRecord($0.name, ttl: ttl, $0.data) }
    }
}
