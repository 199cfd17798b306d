import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

@Suite struct `A value in an inventory` {
    @Test(arguments: [
        ("10.1.0.12", "10.1.0.12"), ("2001:DB8:0:0::5", "2001:db8::5"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
        ("::", "::"),
    ])
    func `is an address in its usual form`(text: String, form: String) throws {
        #expect(try IPAddress(reading: text).description == form)
        #expect(IPAddress(text) == IPAddress(form))
    }

    @Test(arguments: [
        "", "10.1.0", "10.1.0.12.1", "10.1.0.256", "0x0a.1.0.12", " 10.1.0.12", "10.1.0.12\u{0}", "fe80::1%eth0",
        "[::1]", ":::",
    ])
    func `is not an address if it only looks like one`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: ["10.0.0.5/24", "10.0.0.4/31", "10.0.0.5/32", "10.0.0.255/8", "2001:db8::5/64", "fd00::1/128"])
    func `is an interface's address with its prefix`(text: String) throws {
        #expect(try CIDR(reading: text).description == text)
    }

    @Test(arguments: [
        "10.0.0.0/24", "10.0.0.128/25", "2001:db8::/64", "10.0.0.5/7", "10.0.0.5/024", "10.0.0.5/24/1", "10.0.0.5/-1",
    ])
    func `is not a network in place of an interface address`(text: String) {
        #expect(throws: ParseError.self) { try CIDR(reading: text) }
    }

    @Test(arguments: [
        ("Mail-Backup.Example.NET", "mail-backup.example.net"), ("xn--mller-kva.de", "xn--mller-kva.de"),
        ("3.example.net", "3.example.net"),
    ])
    func `is a host name in lower case`(text: String, form: String) throws {
        #expect(try DomainName(reading: text).description == form)
    }

    @Test(arguments: [
        "", ".", "example.net.", "a..b", "-a.net", "a-.net", "a_b.net", "10.0.0.1", "::1", "a b.net", "a.net\n",
        "*.example.net",
        String(repeating: "a", count: 64) + ".net", Array(repeating: "abcdefg", count: 32).joined(separator: "."),
    ])
    func `is not a host name if one character is wrong`(text: String) {
        #expect(throws: ParseError.self) { try DomainName(reading: text) }
    }

    @Test(arguments: [
        "ada@example.net", "ada.b+c@example.net", "o'brien@example.net", "#1@example.net", "a=b/c@example.net",
    ])
    func `is a mail address`(text: String) throws {
        #expect(try MailAddress(reading: text).description == text)
    }

    @Test(arguments: [
        "ada", "@example.net", "ada@", "ada@localhost", "a b@example.net", ".a@example.net", "a.@example.net",
        "a..b@example.net",
        "\"a b\"@example.net", "ädä@example.net", "a@b@example.net", "ada@example.net\n", "ada@[10.0.0.1]",
        "<ada@example.net>",
    ])
    func `is not a mail address if one character is wrong`(text: String) {
        #expect(throws: ParseError.self) { try MailAddress(reading: text) }
    }

    @Test func `is the same mail address in upper and lower case`() throws {
        let (small, capital) = (
            try MailAddress(reading: "ada@example.net"), try MailAddress(reading: "Ada@EXAMPLE.net")
        )
        #expect(small == capital)
        #expect(Set([small, capital]).count == 1)
        #expect(capital.description == "Ada@example.net")
    }

    @Test(arguments: [
        ("10.2.0.25/24", "10.2.0.1", true), ("10.2.0.25/24", "10.2.1.25", false), ("10.2.3.4/22", "10.2.0.9", true),
        ("10.2.3.4/22", "10.2.4.1", false), ("10.2.0.25/32", "10.2.0.24", false),
        ("2001:db8:2::1/47", "2001:db8:3::5", true),
        ("2001:db8::1/8", "32.1.0.1", false),
    ])
    func `is a network with the addresses in it`(network: String, address: String, isWithin: Bool) throws {
        #expect(try CIDR(reading: network).contains(IPAddress(reading: address)) == isWithin)
    }

    @Test func `is a fingerprint in upper case`() throws {
        let text = Array(repeating: "aB", count: 32).joined(separator: ":")
        #expect(try Fingerprint(reading: text).description == text.uppercased())
        #expect(throws: ParseError.self) { try Fingerprint(reading: text + ":00") }
        #expect(throws: ParseError.self) { try Fingerprint(reading: text.replacing(":", with: "")) }
    }

    @Test func `is a host key without its comment`() throws {
        #expect(try HostKey(reading: InventoryText.hostKey + " root@template").description == InventoryText.hostKey)
    }

    /// A type that differs from the blob's, a private key's first line, a fingerprint, a length beyond the end.
    @Test(arguments: [
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "ssh-ed25519 /////w==", "ssh-ed25519", "",
    ])
    func `is not a host key if it is invalid`(text: String) {
        #expect(throws: ParseError.self) { try HostKey(reading: text) }
    }

    /// ssh would read these as options or as several arguments.
    @Test(arguments: ["-oProxyCommand=reboot", "-J", "a b", "host;reboot", "user@-oX", "host:0x16", ""])
    func `never passes options to ssh`(text: String) {
        #expect(throws: ParseError.self) { try JumpHosts(reading: text) }
        #expect(throws: ParseError.self) { try Host(reading: text) }
    }
}
