import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

@Suite struct `The drill settings in an inventory` {
    private func mistakes(_ drill: String, _ change: (String) -> String = { $0 }) -> [String] {
        InventoryText.mistakes(in: change("\(InventoryText.complete)drill: \(drill)\n"))
    }

    private func settings(_ drill: String) throws -> DrillSettings? {
        try Inventory.read(SourceFile(name: "inventory.yml", text: "\(InventoryText.complete)drill: \(drill)\n")).mail
            .drill
    }

    @Test func `are optional`() throws {
        #expect(try Inventory.read(SourceFile(name: "x", text: InventoryText.complete)).mail.drill == nil)
    }

    @Test func `have defaults`() throws {
        let settings = try #require(try settings("{mailbox: [cat, /var/mail/ada]}"))
        #expect(settings.messages == 20 && settings.arrivals == .mailbox(["cat", "/var/mail/ada"]))
        #expect(settings.address.canary(of: "5f0c27a1") == "ada+mxprovision-drill-5f0c27a1@example.net")
    }

    @Test func `can name another recipient or an exact address`() throws {
        let other = try #require(try settings("{recipient: bob@example.net, mailbox: x, messages: 7}"))
        #expect(other.address.canary(of: "1") == "bob+mxprovision-drill-1@example.net" && other.messages == 7)
        let exact = try #require(try settings("{canary: bob@example.net, mailbox: x}"))
        #expect(exact.address.canary(of: "1") == "bob@example.net")
    }

    @Test func `match our example after it is uncommented`() throws {
        let text = try InventoryText.example(with: "drill")
        let drill = try #require(try Inventory.read(SourceFile(name: "three-sites.yml", text: text)).mail.drill)
        guard case .mailbox(let words) = drill.arrivals else { throw CocoaError(.coderValueNotFound) }
        #expect(
            words[2].contains("X-Mxprovision-Drill:.$MXPROVISION_DRILL"), "the example prints only the drill's messages"
        )
        #expect(drill.messages == 20)
    }

    @Test(arguments: [
        ("{}", "24: one of `mailbox`, `log` is required to detect arrivals"),
        (
            "{mailbox: x, log: journal}",
            "24: `mailbox`, `log` cannot be combined; expected only one of them to detect arrivals"
        ),
        ("{mailbox: []}", "24: `mailbox` is empty; expected a program and its arguments"),
        ("{mailbox: x, messages: 0}", "24: `messages`: invalid value `0`; expected an integer from 1 to 500"),
        ("{mailbox: x, recipient: you}", "24: `recipient`: invalid mail address `you`: missing `@`"),
        (
            "{mailbox: x, recipient: a@b.org}",
            "24: `a@b.org` is in none of the relayed domains `example.net`"
        ),
        (
            "{mailbox: x, canary: c@example.net}",
            "24: `c@example.net` is not a recipient, so the backup would refuse mail to it"
        ),
        (
            "{mailbox: x, recipient: ada@example.net, canary: bob@example.net}",
            "24: `recipient` and `canary` are both set; expected only one of them"
        ),
        (
            "{log: journal}",
            "24: `log` is read on the primary by ssh, but `primary.ssh.user` is missing"
        ),
        ("{mailbox: x, cannary: a@b}", "24: unknown key `cannary`; did you mean `canary`?"),
    ])
    func `are reported if they are wrong`(drill: String, mistake: String) {
        #expect(mistakes(drill) == [mistake])
    }

    @Test(arguments: ["mail.log", "\"\"", "\"/var/log/a\\nb\""]) func `require the path of a log`(log: String) {
        let found = mistakes("{log: \(log)}") {
            $0.replacing(
                "address: 10.1.0.12}",
                with: "address: 10.1.0.12, ssh: {host_key: \(InventoryText.hostKey), user: root}}")
        }
        #expect(found.count == 1 && found[0].contains("expected `journal` or the absolute path of a file"), "\(found)")
    }

    @Test func `require room for the drill's id in the local part`() throws {
        let long = String(repeating: "a", count: 38)
        let found = mistakes("{mailbox: x, recipient: \(long)@example.net}") {
            $0.replacing("bob@example.net", with: "\(long)@example.net")
        }
        #expect(found.count == 1 && found[0].contains("too long for an extension"), "\(found)")
        let longest = DrillSettings.Address.extended(
            MailAddress(local: String(long.dropLast()), domain: try DomainName(reading: "example.net")))
        #expect(longest.canary(of: "5f0c27a1").prefix { $0 != "@" }.count == 64)
    }
}
