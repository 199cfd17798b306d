import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Ingress
@testable import Sites

@Suite struct `A DNS record` {
    @Test(arguments: [
        ("Example.NET. 300 IN MX 10 Mail.Example.net.", "example.net 300 IN MX 10 mail.example.net"),
        ("a.example.net.\t60\tIN\tAAAA\t2001:DB8:0::1", "a.example.net. 5 IN AAAA 2001:db8::1"),
        (#"t. 60 IN TXT "v=spf1 " "mx -all""#, #"t. 60 IN TXT "v=spf1 mx -all""#),
        (#"t. 60 IN TXT "a\059\"\\b""#, #"t. 60 IN TXT a;\"\\b"#),
        (
            "_25._tcp.a. 60 IN TLSA 3 1 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b566 64c5d3d6",
            "_25._tcp.a. 60 IN TLSA 3 1 1 0C72AC70B745AC19998811B131D662C9AC69DBDBE7CB23E5B514B56664C5D3D6"
        ),
    ]) func `is equal in each notation`(one: String, other: String) throws {
        let (one, other) = (try #require(ZoneRecord(line: one)), try #require(ZoneRecord(line: other)))
        #expect(one.data == other.data)
        #expect(one.name == other.name)
    }

    @Test(arguments: [
        ("a. 60 IN TXT \"V=spf1\"", "a. 60 IN TXT \"v=spf1\""),
        ("a. 60 IN MX 10 b.", "a. 60 IN MX 20 b."),
        ("a. 60 IN A 192.0.2.1", "a. 60 IN A 192.0.2.2"),
        ("a. 60 IN CNAME b.", "a. 60 IN NS b."),
    ]) func `is different if its meaning is different`(one: String, other: String) throws {
        #expect(try #require(ZoneRecord(line: one)).data != #require(ZoneRecord(line: other)).data)
    }

    @Test(arguments: [
        "example.net. 300 IN MX 10 mail.example.net.",
        #"example.net. 300 IN TXT "a;\"b" "c\195\164d""#,
        "example.net. 300 IN SOA ns1.example.net. h.example.net. 1 2 3 4 5",
    ]) func `is written as it was read`(line: String) throws {
        #expect(try #require(ZoneRecord(line: line)).line == line)
    }

    @Test(arguments: ["; comment", "", "example.net. IN MX 10 a.", "example.net. 300 CH TXT a"])
    func `is not read from invalid text`(line: String) {
        #expect(ZoneRecord(line: line) == nil)
    }

    @Test func `with a text is split if a string would be too long`() {
        let strings = CharacterStrings(text: String(repeating: "x", count: 300))
        #expect(strings.strings.map(\.count) == [255, 45])
        #expect(CharacterStrings(presentation: strings.presentation) == strings)
    }

    @Test(arguments: [
        ("192.0.2.25", "25.2.0.192.in-addr.arpa"),
        ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
    ]) func `for reverse lookup has the name of its address`(address: String, name: String) throws {
        #expect(try #require(IPAddress(address)).reverseName.description == name)
    }

    @Test(arguments: [
        ("192.0.2.53", "192.0.2.53", 53), ("127.0.0.1 port 5353", "127.0.0.1", 5353),
        ("ns1.example.net", "ns1.example.net", 53),
        ("2001:db8::53 port 54", "2001:db8::53", 54),
    ]) func `is queried from a server on its port`(text: String, host: String, port: Int) throws {
        let server = try NameServer(reading: text)
        #expect(server.host == host)
        #expect(server.port == port)
        #expect(try NameServer(reading: server.description) == server)
    }

    @Test(arguments: ["", "127.0.0.1:53", "127.0.0.1 5353", "127.0.0.1 port 0", "127.0.0.1 port 70000", "a b c d"])
    func `is not queried from an invalid server`(text: String) {
        #expect(throws: ParseError.self) { try NameServer(reading: text) }
    }
}

@Suite struct `An SPF record` {
    private let host = RecordName("mx2.example.net")

    @Test(arguments: [
        ("v=spf1 mx -all", "v=spf1 mx a:mx2.example.net -all"),
        ("v=spf1 mx redirect=_spf.example.org", "v=spf1 mx a:mx2.example.net redirect=_spf.example.org"),
        ("V=SPF1", "V=SPF1 a:mx2.example.net"),
        ("v=spf1 +A:MX2.example.net. ~all", "v=spf1 +A:MX2.example.net. ~all"),
        (
            "v=spf1 include:a.example ?all exp=e.example",
            "v=spf1 include:a.example a:mx2.example.net ?all exp=e.example"
        ),
    ]) func `permits the guest before its last mechanism`(before: String, after: String) throws {
        let policy = try #require(SenderPolicy(.text(CharacterStrings(text: before))))
        #expect(policy.permitting(host).strings.text == after)
    }

    @Test func `is unchanged after adding and removing a mechanism`() throws {
        let text = "v=spf1 mx a:other.example.net -all"
        let policy = try #require(SenderPolicy(.text(CharacterStrings(text: text))))
        #expect(policy.permitting(host).forgetting(host).strings.text == text)
    }

    @Test(arguments: ["v=spf10 mx", "google-site-verification=1", ""])
    func `is not read from other texts`(text: String) {
        #expect(SenderPolicy(.text(CharacterStrings(text: text))) == nil)
    }
}
