import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite struct `A zone compared with the inventory` {
    /// The changes that publishing both stages would make, as `subject: before → after`.
    private func published(
        _ lines: String, shared: String = "", site: String = "addresses: 203.0.113.25", ignoresTTL: Bool = false
    ) throws -> [String] {
        let comparison = try comparison(lines, shared: shared, site: site, ignoresTTL: ignoresTTL)
        return shown(DesiredZone.Stage.allCases.flatMap { comparison.publishing($0) })
    }

    private func comparison(_ lines: String, shared: String = "", site: String, ignoresTTL: Bool = false) throws
        -> ZoneComparison
    {
        let records = lines.split(separator: "\n").map { ZoneRecord(line: $0) }
        let all = try records.map { try #require($0) }
        return ZoneComparison(
            desired: try #require(try DNSInventory.desired(shared: shared, site: site)),
            observed: Dictionary(grouping: all, by: \.set),
            ignoresTTL: ignoresTTL
        )
    }

    private func shown(_ changes: [RecordSetChange]) -> [String] {
        changes.flatMap(\.changes).map { "\($0.subject): \($0.before ?? "-") → \($0.after ?? "-")" }
    }

    private let right = """
        example.net. 3600 IN MX 10 mail.example.net.
        example.net. 3600 IN MX 20 mx1.example.net.
        mx1.example.net. 3600 IN A 203.0.113.25
        """

    @Test func `needs no change if it is complete`() throws {
        #expect(try published(right) == [])
    }

    @Test func `gets all records if it is empty`() throws {
        let changes = try published(
            "", shared: "  primary: {addresses: 198.51.100.10}",
            site: "addresses: [203.0.113.25, '2001:db8::25'], tlsa: 3 1 0 AABB")
        #expect(
            changes == [
                "mx1.example.net A: - → 203.0.113.25 (3600 s)",
                "mx1.example.net AAAA: - → 2001:db8::25 (3600 s)",
                "_25._tcp.mx1.example.net TLSA: - → 3 1 0 AABB (3600 s)",
                "mail.example.net A: - → 198.51.100.10 (3600 s)",
                "example.net MX: - → 10 mail.example.net. (3600 s)",
                "example.net MX: - → 20 mx1.example.net. (3600 s)",
            ])
    }

    @Test func `keeps the primary's preference if senders try the primary first`() throws {
        #expect(try published(right.replacing("MX 10", with: "MX 5")) == [])
        #expect(
            try published(right.replacing("MX 10", with: "MX 30")) == [
                "example.net MX: 30 mail.example.net. (3600 s) → 10 mail.example.net. (3600 s)"
            ])
    }

    @Test func `gets the guest's MX repaired with the TTL of the record set`() throws {
        #expect(
            try published(right.replacing("MX 20", with: "MX 50").replacing("3600 IN MX", with: "300 IN MX")) == [
                "example.net MX: 50 mx1.example.net. (300 s) → 20 mx1.example.net. (300 s)"
            ])
    }

    @Test func `loses other addresses at the guest's name`() throws {
        #expect(
            try published(right + "\nmx1.example.net. 3600 IN A 203.0.113.99") == [
                "mx1.example.net A: 203.0.113.99 (3600 s) → -"
            ])
    }

    @Test func `gets the guest's TTL repaired, but not if a resolver reported it`() throws {
        let counted = right.replacing("3600 IN A", with: "17 IN A")
        #expect(
            try published(counted) == ["mx1.example.net A: 203.0.113.25 (17 s) → 203.0.113.25 (3600 s)"])
        #expect(try published(counted, ignoresTTL: true) == [])
    }

    @Test func `keeps all records that are not the guest's`() throws {
        let others = """
            example.net. 3600 IN MX 15 relay.elsewhere.example.
            example.net. 3600 IN TXT "v=spf1 mx -all"
            example.net. 3600 IN TXT "verification"
            mail.example.net. 60 IN A 198.51.100.99
            mx1.example.net. 60 IN AAAA 2001:db8::1
            """
        #expect(try published(right + "\n" + others) == [])
    }

    @Test func `gets the guest added to an existing SPF record, but no new SPF record`() throws {
        let site = "addresses: 203.0.113.25, spf: add"
        #expect(try published(right, site: site) == [])
        #expect(
            try published(right + "\nexample.net. 60 IN TXT \"v=spf1 mx -all\"", site: site) == [
                #"example.net TXT: "v=spf1 mx -all" (60 s) → "v=spf1 mx a:mx1.example.net -all" (60 s)"#
            ])
    }

    @Test func `loses only the guest's records on withdrawal, and the TTL is reported`() throws {
        let lines = """
            \(right)
            example.net. 3600 IN MX 15 relay.elsewhere.example.
            example.net. 60 IN TXT "v=spf1 mx a:mx1.example.net -all"
            mx1.example.net. 3600 IN A 203.0.113.99
            """
        let comparison = try comparison(lines, site: "addresses: 203.0.113.25, spf: add")
        #expect(shown(comparison.withdrawing(.exchange)) == ["example.net MX: 20 mx1.example.net. (3600 s) → -"])
        #expect(comparison.timeToLive(of: .exchange) == 3600)
        #expect(
            shown(comparison.withdrawing(.host)) == [
                "mx1.example.net A: 203.0.113.25 (3600 s) → -",
                #"example.net TXT: "v=spf1 mx a:mx1.example.net -all" (60 s) → "v=spf1 mx -all" (60 s)"#,
            ])
    }

    @Test(arguments: [
        (
            "mx1.example.net. 60 IN CNAME other.example.net.",
            "mx1.example.net is an alias (mx1.example.net. 60 IN CNAME other.example.net.); an MX must not point to an alias, and an alias cannot have other records"
        ),
        (
            "mx1.example.net. 60 IN AAAA 2001:db8::1",
            "mx1.example.net. 60 IN AAAA 2001:db8::1 is not in the inventory and is kept; senders with IPv6 try it first"
        ),
        (
            "example.net. 60 IN TXT \"v=spf1 mx -all\"\nexample.net. 60 IN TXT \"v=spf1 a -all\"",
            "example.net has several SPF records; receivers treat this as an error (RFC 7208, 4.5)"
        ),
    ]) func `is reported if no change can repair it`(lines: String, doubt: String) throws {
        #expect(try comparison(lines, site: "addresses: 203.0.113.25").doubts() == [doubt])
    }

    @Test(arguments: [
        ("addresses: []", "24: `addresses` is empty; expected at least one address of the MX"),
        (
            "addresses: 203.0.113.25, preference: 10",
            "7: site `one` has the MX preference 10; expected more than the primary's 10, because senders try the lowest first"
        ),
        (
            "addresses: 203.0.113.25, spf: yes",
            "24: `spf`: invalid value `yes`; expected one of `offer`, `add`"
        ),
        ("addresses: 203.0.113.25, tlsa: 3 1 1 AA", "24: `tlsa`: `3 1 1 AA` has 2 hexadecimal digits; expected 64"),
    ]) func `is not compared if the site's section has a mistake`(site: String, mistake: String) {
        #expect(InventoryText.mistakes(in: DNSInventory.text(site: site)) == [mistake])
    }

    @Test(arguments: [
        (
            "  zones: [example.org]",
            [
                "7: the domain `example.net` is in none of the zones `example.org`; add the zone that contains it to `dns.zones`",
                "7: the hostname `mx1.example.net` of site `one` is in none of the zones `example.org`; add the zone that contains it to `dns.zones`",
            ]
        ),
        (
            "  primary: {addresses: 198.51.100.10}\n  zones: [mx1.example.net, example.org]",
            [
                "7: the domain `example.net` is in none of the zones `mx1.example.net`, `example.org`; add the zone that contains it to `dns.zones`",
                "25: the primary `mail.example.net` is in none of the zones `mx1.example.net`, `example.org`; add the zone that contains it to `dns.zones`",
            ]
        ),
        (
            "  update: {server: 127.0.0.1, key: {name: 'a;b', env: K}}",
            ["26: `name`: invalid key name `a;b`; expected letters, digits, `-`, `_`, `.`"]
        ),
        (
            "  resolver: 127.0.0.1:53",
            [
                "26: `resolver`: invalid host `127.0.0.1:53`; expected a name or an address without scheme, port or path"
            ]
        ),
        ("  update: {server: 127.0.0.1}", ["26: `key` is missing"]),
        ("  ttl: 1d", ["26: `ttl`: invalid value `1d`; expected an integer from 1 to 86400"]),
    ]) func `is not compared if the common section has a mistake`(shared: String, mistakes: [String]) {
        #expect(InventoryText.mistakes(in: DNSInventory.text(shared: shared)) == mistakes)
    }

    private func facts(_ lines: String) throws -> [VerifiedCheck] {
        try comparison(lines, site: "addresses: 203.0.113.25").facts()
    }

    @Test func `is reported with evidence for each record set`() throws {
        let facts = try facts(right + "\nexample.net. 60 IN TXT \"v=spf1 mx -all\"\nexample.net. 60 IN TXT \"x\"")
        #expect(facts.allSatisfy { $0.verdict == .pass })
        #expect(
            facts.map { "\($0.name): \($0.evidence)" } == [
                "example.net MX: 10 mail.example.net., 20 mx1.example.net.",
                "example.net TXT: \"v=spf1 mx -all\"",
                "mx1.example.net A: 203.0.113.25",
                "mx1.example.net AAAA: none",
                "null MX of example.net: none",
                "MX order of example.net: mail.example.net at 10, mx1.example.net at 20",
                "no alias: no CNAME at mx1.example.net, example.net",
            ])
    }

    @Test(arguments: [
        ("MX 10 mail", "MX 30 mail", "MX order of example.net", "mail.example.net at 30, mx1.example.net at 20"),
        ("MX 10 mail", "MX 20 mail", "MX order of example.net", "mail.example.net at 20, mx1.example.net at 20"),
        ("MX 10 mail.example.net.", "TXT x", "MX order of example.net", "mx1.example.net is the only MX"),
        (
            "MX 10 mail.example.net.", "MX 0 .", "null MX of example.net",
            "0 . means that example.net accepts no mail (RFC 7505)"
        ),
        (
            "mx1.example.net. 3600 IN A 203.0.113.25", "mx1.example.net. 60 IN CNAME other.example.net.", "no alias",
            "mx1.example.net is an alias (mx1.example.net. 60 IN CNAME other.example.net.); an MX must not point to an alias, and an alias cannot have other records"
        ),
    ])
    func `fails if mail would be misrouted`(words: String, others: String, name: String, evidence: String) throws {
        let facts = try facts(right.replacing(words, with: others))
        #expect(facts.contains(VerifiedCheck(name: name, verdict: .fail, evidence: evidence)), "\(facts)")
    }
}
