import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Secrets

/// An atomic update of one zone by RFC 2136, signed with a TSIG key and sent with nsupdate on this machine.
struct DynamicUpdate: Sendable {
    package let access: ZoneUpdateAccess
    package let zone: RecordName
    package let changes: [RecordSetChange]
    /// The shell that runs nsupdate.
    var shell: any Shell = ProcessShell.local

    /// Sends the update, with the prerequisite that the record sets are unchanged, and reads the sets back.
    ///
    /// - Throws: ``DNSError``, ``TransactionKeyError``
    func apply(secret: Secret) async throws {
        let completion = try await shell.run(
            try script(secret: secret),
            Wait(.program, for: "nsupdate: a change of zone \(zone) at \(access.server)"))
        if completion.exit == 127 { throw DNSError.noProgram("nsupdate") }
        guard completion.exit == 0 else {
            throw DNSError.update(
                server: access.server.description, zone: zone.description, refusal(in: completion.errorText),
                said: completion.errorText)
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

    /// Returns the script that runs nsupdate. The key is passed through the shell's builtin `printf`, so that no
    /// argument and no file contains it.
    ///
    /// - Throws: ``TransactionKeyError``; nsupdate's own message would show the secret.
    func script(secret: Secret) throws(TransactionKeyError) -> Script {
        try secret.checkBase64(ofKey: access.key.name)
        let target = ["server \(access.server.host) \(access.server.port)", "zone \(zone.absolute)"]
        let key = Secret("key \(access.key.algorithm.rawValue):\(access.key.name) \(secret.reveal())")
        return """
            command -v nsupdate >/dev/null || exit 127
            LC_ALL=C; export LC_ALL
            printf '%s\\n' \(target) \(key) \(prerequisites + updates + ["send"]) | nsupdate -v -t 10

            """
    }

    /// The prerequisites: each set has the observed records, or does not exist.
    private var prerequisites: [String] {
        changes.flatMap { change in
            // For an alias, answers of every type include the CNAME, which is not part of the set.
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

    /// Parses nsupdate's messages: `update failed: NOTAUTH(BADKEY)`, `; Communication with … failed: timed out`.
    package func refusal(in text: String) -> UpdateRefusal {
        let key = access.key.name
        // nsupdate checks the reply itself and may print this before or instead of the server's code.
        if text.contains("clocks are unsynchronized") { return .clocksDiffer }
        guard let told = text.firstMatch(of: /update failed: ([A-Z0-9]+)(?:\(([A-Z0-9]+)\))?/) else {
            if let lost = text.firstMatch(of: /; Communication with \S+ failed: (.+)/) {
                return .unanswered(reason: String(lost.1))
            }
            if let doubt = text.firstMatch(of: /; TSIG error with server: (.+)/) {
                return .unverified(key: key, answer: String(doubt.1))
            }
            return .other("nsupdate did not print the server's status")
        }
        switch (String(told.1), told.2.map(String.init)) {
        case (_, "BADKEY"?): return .unknownKey(key)
        case (_, "BADSIG"?), (_, "BADTRUNC"?): return .wrongSignature(key: key)
        case (_, "BADTIME"?): return .clocksDiffer
        case ("NOTAUTH", let detail):
            return .unverified(key: key, answer: detail.map { "NOTAUTH, \($0)" } ?? "NOTAUTH")
        case ("NOTZONE", _): return .notItsZone
        case ("NOTIMP", _): return .notImplemented
        case ("REFUSED", _): return .notAllowed(key: key)
        case ("SERVFAIL", _): return .serverFailure
        case ("YXRRSET", _), ("NXRRSET", _), ("YXDOMAIN", _), ("NXDOMAIN", _): return .changedMeanwhile
        case (let code, let detail): return .other("status: \(code)\(detail.map { " (\($0))" } ?? "")")
        }
    }
}

extension RecordSetChange {
    /// The content of the set after the change.
    package var outcome: Set<RecordData> {
        Set(observed.filter { $0.set == set }.map(\.data)).subtracting(removed.map(\.data)).union(added.map(\.data))
    }
}
