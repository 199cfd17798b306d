import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Secrets
@testable import Sites

@Suite(.serialized, .timeLimit(.minutes(10))) struct `A DNS update` {
    private static let set = RecordSetName(name: RecordName("example.net"), type: .mx)

    private func update(
        of server: NameServer, zone: String = "example.net", observed: [String], added: String,
        shell: any Shell = ProcessShell.local
    ) throws -> DynamicUpdate {
        let change = RecordSetChange(
            set: Self.set,
            observed: try observed.map { try #require(ZoneRecord(line: $0)) },
            added: [try #require(ZoneRecord(line: added))]
        )
        let key = TransactionKey(name: "writer", algorithm: .sha256, secret: .environment("TSIG"))
        return DynamicUpdate(
            access: ZoneUpdateAccess(server: server, key: key), zone: RecordName(zone), changes: [change], shell: shell)
    }

    private let mail = "example.net. 3600 IN MX 10 mail.example.net."
    private let ours = "example.net. 3600 IN MX 20 mail.example.net."

    @Test(arguments: [
        ["example.net. 3600 IN MX 10 mail.example.net.", "example.net. 3600 IN MX 15 gone.example.net."], [],
        ["example.net. 3600 IN MX 11 mail.example.net."],
    ]) func `fails if the zone has changed since it was read`(observed: [String]) async throws {
        try await NameDaemon.run { daemon in
            let before = try await daemon.transfer()
            let update = try update(of: daemon.server, observed: observed, added: ours)
            let error = await #expect(throws: DNSError.self) {
                try await update.apply(secret: Secret(NameDaemon.secret))
            }
            #expect(error?.refusal == .changedMeanwhile)
            #expect(try await daemon.transfer() == before)
        }
    }

    @Test func `succeeds if the zone is unchanged since it was read`() async throws {
        try await NameDaemon.run { daemon in
            let update = try update(of: daemon.server, observed: [mail], added: ours)
            try await update.apply(secret: Secret(NameDaemon.secret))
            #expect(try await daemon.transfer().contains(ours))
        }
    }

    @Test func `is refused by a server that does not have the zone`() async throws {
        try await NameDaemon.run { daemon in
            let update = try update(of: daemon.server, zone: "example.org", observed: [mail], added: ours)
            let error = await #expect(throws: DNSError.self) {
                try await update.apply(secret: Secret(NameDaemon.secret))
            }
            #expect(error?.refusal == .unverified(key: "writer", answer: "NOTAUTH"))
            #expect(error?.failureReason?.contains("\nnsupdate: update failed: NOTAUTH") == true)
        }
    }

    @Test(arguments: [
        ("update failed: NOTAUTH(BADTIME)", UpdateRefusal.clocksDiffer),
        ("update failed: NOTAUTH(BADKEY)", .unknownKey("writer")),
        ("update failed: SERVFAIL", .serverFailure),
        ("update failed: NXRRSET", .changedMeanwhile),
        ("update failed: FORMERR", .other("status: FORMERR")),
        ("; Communication with 192.0.2.53#53 failed: timed out", .unanswered(reason: "timed out")),
        ("something new", .other("nsupdate did not print the server's status")),
        // Knot refuses with this status; PowerDNS and BIND use it for other reasons.
        ("update failed: NOTAUTH", .unverified(key: "writer", answer: "NOTAUTH")),
        (
            "; TSIG error with server: expected a TSIG or SIG(0)\nupdate failed: NOTAUTH",
            .unverified(key: "writer", answer: "NOTAUTH")
        ),
        ("; TSIG error with server: tsig verify failure", .unverified(key: "writer", answer: "tsig verify failure")),
        ("; TSIG error with server: clocks are unsynchronized\nupdate failed: NOTAUTH", .clocksDiffer),
        ("update failed: NOTAUTH(BADSIG)", .wrongSignature(key: "writer")),
        ("; TSIG error with server: expected a TSIG or SIG(0)\nupdate failed: REFUSED", .notAllowed(key: "writer")),
        ("update failed: REFUSED", .notAllowed(key: "writer")),
        ("update failed: NOTIMP", .notImplemented),
        ("update failed: NOTZONE", .notItsZone),
    ]) func `maps the output of nsupdate to the right refusal`(text: String, refusal: UpdateRefusal) throws {
        let update = try update(of: NameServer(host: "192.0.2.53"), observed: [mail], added: ours)
        #expect(update.refusal(in: text) == refusal)
    }

    /// With this reply, servers do not distinguish these causes.
    @Test(arguments: [UpdateRefusal.unverified(key: "writer", answer: "NOTAUTH"), .notAllowed(key: "writer")])
    func `with several possible causes names each and shows the output of nsupdate`(refusal: UpdateRefusal) {
        let error = DNSError.update(
            server: "192.0.2.53", zone: "example.net", refusal, said: "; TSIG error\nupdate failed: NOTAUTH\n")
        let advice = error.recoverySuggestion ?? ""
        for cause in ["name `writer`", "algorithm", "secret", "clocks", "update-policy", "Knot", "primary"] {
            #expect(advice.contains(cause), "\(cause)")
        }
        #expect(error.failureReason?.hasSuffix("\nnsupdate: ; TSIG error\nnsupdate: update failed: NOTAUTH") == true)
    }

    @Test func `never shows its secret`() throws {
        let update = try update(of: NameServer(host: "192.0.2.53"), observed: [mail], added: ours)
        let script = try update.script(secret: Secret(NameDaemon.secret))
        #expect(!script.description.contains(NameDaemon.secret))
        #expect(script.description.contains("•••"))
        let error = #expect(throws: TransactionKeyError.self) { try update.script(secret: Secret("not base64 at all")) }
        #expect(error == .notBase64(name: "writer"))
    }

    @Test func `names the package of a missing tool`() async throws {
        let bare = ProcessShell(executable: "env", arguments: ["PATH=/nonexistent", "/bin/sh", "-s"])
        let server = NameServer(host: "127.0.0.1", port: 9)
        let update = try update(of: server, observed: [mail], added: ours, shell: bare)
        await #expect(throws: DNSError.noProgram("nsupdate")) {
            try await update.apply(secret: Secret(NameDaemon.secret))
        }
        let query = NameServerQuery(server: server, isAuthoritative: true, shell: bare)
        await #expect(throws: DNSError.noProgram("dig")) { try await query.ask([Self.set]) }
        #expect(DNSError.noProgram("dig").recoverySuggestion == "Install it: `apt-get install bind9-dnsutils`.")
    }
}

extension DNSError {
    /// Why an update was refused; nil for every other error.
    var refusal: UpdateRefusal? {
        if case .update(_, _, let refusal, _) = self { refusal } else { nil }
    }
}
