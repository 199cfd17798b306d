import RemoteShell

/// A change of one zone by RFC 2136, signed with a TSIG key and sent with nsupdate on this machine: all of it or nothing.
struct DynamicUpdate: Sendable {
    let access: ZoneUpdateAccess
    let zone: RecordName
    let changes: [RecordSetChange]
    /// Where nsupdate is.
    var shell: any Shell = ProcessShell.local

    /// Sends the change, on the condition that the sets are still what they were, and reads them back.
    ///
    /// - Throws: ``DNSError``
    func apply(secret: Secret) async throws {
        let completion = try await shell.run(
            try script(secret: secret),
            Wait(.program, for: "nsupdate: a change of zone \(zone) at \(access.server)"))
        if completion.exit == 127 { throw DNSError.noProgram("nsupdate") }
        guard completion.exit == 0 else {
            throw DNSError.update(
                server: access.server.description, zone: zone.description, refusal(in: completion.errorText))
        }
        try await readBack()
    }

    private func readBack() async throws {
        let query = NameServerQuery(server: access.server, isAuthoritative: true)
        let observed = try await query.ask(changes.map(\.set))
        let strays = changes.flatMap { change -> [Change] in
            let found = Set((observed[change.set] ?? []).map(\.data))
            let told = change.outcome
            guard found != told else { return [] }
            return [Change(change.set.description, from: Self.shown(found), to: Self.shown(told))]
        }
        if !strays.isEmpty {
            throw DNSError.notAdopted(server: access.server.description, zone: zone.description, strays)
        }
    }

    private static func shown(_ data: Set<RecordData>) -> String? {
        data.isEmpty ? nil : data.map(\.presentation).sorted().joined(separator: ", ")
    }

    /// The key goes the way of everything else, through the shell's own `printf`: no argument and no file holds it.
    ///
    /// - Throws: ``DNSError/unusableKey(name:)``; nsupdate's own message would show the secret.
    func script(secret: Secret) throws(DNSError) -> Script {
        guard secret.isBase64 else { throw .unusableKey(name: access.key.name) }
        let target = ["server \(access.server.host) \(access.server.port)", "zone \(zone.absolute)"]
        let key = Secret("key \(access.key.algorithm.rawValue):\(access.key.name) \(secret.reveal())")
        return """
            command -v nsupdate >/dev/null || exit 127
            LC_ALL=C; export LC_ALL
            printf '%s\\n' \(target) \(key) \(prerequisites + updates + ["send"]) | nsupdate -v -t 10

            """
    }

    /// Each set as it was seen, or that there was none.
    private var prerequisites: [String] {
        changes.flatMap { change in
            // An alias answers for every type; it is no part of the set.
            let observed = change.observed.filter { $0.set == change.set }
            guard !observed.isEmpty else { return ["prereq nxrrset \(change.set.name.absolute) IN \(change.set.type)"] }
            return observed.map { "prereq yxrrset \($0.name.absolute) IN \($0.type) \($0.data.presentation)" }
        }
    }

    private var updates: [String] {
        changes.flatMap { change in
            change.removed.map { "update delete \($0.name.absolute) IN \($0.type) \($0.data.presentation)" }
                + change.added.map { "update add \($0.line)" }
        }
    }

    /// Reads what nsupdate says: `update failed: NOTAUTH(BADKEY)`, `; Communication with … failed: timed out`.
    func refusal(in text: String) -> UpdateRefusal {
        let key = access.key.name
        guard let told = text.firstMatch(of: /update failed: ([A-Z0-9]+)(?:\(([A-Z0-9]+)\))?/) else {
            if let lost = text.firstMatch(of: /; Communication with \S+ failed: (.+)/) {
                return .unanswered(reason: String(lost.1))
            }
            return .other(text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: "\n"))
        }
        switch (String(told.1), told.2.map(String.init)) {
        case (_, "BADKEY"?): return .unknownKey(key)
        case (_, "BADSIG"?), (_, "BADTRUNC"?): return .wrongSignature(key: key)
        case (_, "BADTIME"?): return .clocksDiffer
        case ("NOTAUTH", _), ("NOTZONE", _), ("NOTIMP", _): return .notItsZone
        case ("REFUSED", _): return .notAllowed(key: key)
        case ("SERVFAIL", _): return .serverFailure
        case ("YXRRSET", _), ("NXRRSET", _), ("YXDOMAIN", _), ("NXDOMAIN", _): return .changedMeanwhile
        case (let code, let detail): return .other("its answer is \(code)\(detail.map { " (\($0))" } ?? "")")
        }
    }
}

extension RecordSetChange {
    /// What the set holds afterwards.
    var outcome: Set<RecordData> {
        Set(observed.filter { $0.set == set }.map(\.data)).subtracting(removed.map(\.data)).union(added.map(\.data))
    }
}
