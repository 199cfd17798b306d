import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Secrets
@testable import Sites

@Suite struct `The alert channels in an inventory` {
    private static let secrets = ["TOKEN": "s3cr\"t", "URL": "https://hooks.example/T0/B0/x"]

    private func read(_ alert: String, site: String = "") throws -> Inventory {
        try Inventory.read(SourceFile(name: "inventory.yml", text: text(alert, site: site)))
    }

    private func text(_ alert: String, site: String = "") -> String {
        InventoryText.complete + (site.isEmpty ? "" : "    alert: \(site)\n")
            + (alert.isEmpty ? "" : "alert: \(alert)\n")
    }

    /// Returns the contents of the guest's files by the channels' names.
    private func contents(_ alert: String) throws -> [String: String] {
        let named = try read(alert).mail.channels.named
        return try Dictionary(
            uniqueKeysWithValues: named.map { name, channel in
                let secrets = try channel.sources.map { ($0, try $0.read(environment: Self.secrets)) }
                let known = Dictionary(secrets) { first, _ in first }
                let content = channel.content(hostname: "mx.a.net", authorityPath: "/a.pem") { known[$0] ?? Secret("") }
                return (name, content.reveal())
            })
    }

    @Test func `are none by default`() throws {
        let inventory = try read("")
        let site = try #require(inventory.sites.first)
        #expect(inventory.mail.channels(of: site) == [] && inventory.mail.monitor == MonitorSettings())
        #expect(inventory.variables(for: site)["alert.curl"] == .flag(false))
    }

    @Test func `are those of all sites and of the site itself, each with a name`() throws {
        let inventory = try read(
            "[{command: /bin/a}, {ntfy: {url: 'https://n.net/t'}}]", site: "{command: [/bin/b, c]}")
        let site = try #require(inventory.sites.first)
        #expect(inventory.mail.channels(of: site).named.map(\.name) == ["command", "ntfy", "command-2"])
        #expect(inventory.variables(for: site)["alert.curl"] == .flag(true))
    }

    @Test(arguments: [
        (
            "ntfy: {url: 'https://ntfy.example:8443/topic', token: {env: TOKEN}}",
            #"url = "https://ntfy.example:8443/topic"|proto = "=https"|header = "Authorization: Bearer s3cr\"t"|globoff|"#
        ),
        (
            "gotify: {url: 'https://gotify.example/sub/', token: {env: TOKEN}}",
            #"url = "https://gotify.example/sub/message"|proto = "=https"|header = "X-Gotify-Key: s3cr\"t"|globoff|"#
        ),
        ("slack: {url: {env: URL}}", #"url = "https://hooks.example/T0/B0/x"|proto = "=https"|globoff|"#),
        (
            "webhook: {url: 'https://[2001:db8::1]/?a=b'}",
            #"url = "https://[2001:db8::1]/?a=b"|proto = "=https"|globoff|"#
        ),
        ("healthchecks: {url: {env: URL}}", #"url = "https://hooks.example/T0/B0/x"|proto = "=https"|globoff|"#),
        (
            "smtp: {host: smtp.b.net, login: {user: mx, env: TOKEN}, from: mx@b.net, to: [a@b.net, c@b.net]}",
            #"url = "smtp://smtp.b.net:587/mx.a.net"|proto = "=smtp"|user = "mx:s3cr\"t"|mail-from = "mx@b.net"|mail-rcpt = "a@b.net"|mail-rcpt = "c@b.net"|globoff|ssl-reqd|"#
        ),
        (
            "smtp: {host: '2001:db8::2', tls: implicit, from: mx@b.net, to: a@b.net}",
            #"url = "smtps://[2001:db8::2]:465/mx.a.net"|proto = "=smtps"|mail-from = "mx@b.net"|mail-rcpt = "a@b.net"|globoff|ssl-reqd|"#
        ),
        ("command: [/bin/tell, 'two words', '']", "/bin/tell|two words||"),
    ])
    func `are written as curl and the guest's monitor expect them`(_ channel: String, content: String) throws {
        #expect(try contents("{\(channel)}").values.first == content.replacing("|", with: "\n"))
    }

    @Test func `trust their own CA if one is given`() throws {
        let scratch = ScratchFolder()
        let path = scratch.path + "/ca.pem"
        try "-----BEGIN CERTIFICATE-----\n".write(toFile: path, atomically: false, encoding: .utf8)
        let content = try contents("{ntfy: {url: 'https://n.net/t', authority: \(path)}}")
        #expect(content["ntfy"]?.contains("cacert = \"/a.pem\"\n") == true)
    }

    @Test(arguments: [
        (
            "{}",
            "24: one of `ntfy`, `gotify`, `slack`, `webhook`, `healthchecks`, `smtp`, `command` is required to send alerts"
        ),
        (
            "{ntfy: {url: 'https://n.net/t'}, command: /bin/a}",
            "24: `ntfy`, `command` cannot be combined; expected only one of them to send alerts"
        ),
        (
            "{ntfy: {url: 'http://n.net/t'}}",
            "24: `url`: invalid URL `http://n.net/t`; expected an `https://` URL"
        ),
        ("{ntfy: {url: 'https://n.net/'}}", "24: `url` is `https://n.net/`; expected a path with a topic"),
        (
            "{gotify: {url: 'https://n.net/?a', token: {env: A}}}",
            "24: `url` is `https://n.net/?a`; expected no query, because a path is appended"
        ),
        ("{gotify: {url: 'https://n.net'}}", "24: `token` is missing"),
        (
            "{slack: {url: 'https://hooks.slack.com/services/T0/B0/x'}}",
            "24: `url` is a secret, because anyone who knows it can post there; set `env`, `file` or `command` to read it from"
        ),
        (
            "{webhook: {url: 'https://MAIL.example.net:8080/x'}}",
            "24: `url` is on the primary `mail.example.net`, which cannot report its own failure; use another server"
        ),
        (
            "{smtp: {host: smtp.example.net, from: a@b.net, to: a@b.net}}",
            "24: `host` is `smtp.example.net`, in the relayed domain `example.net`, and may fail together with it; use a relay in another domain"
        ),
        (
            "{smtp: {host: 10.1.0.12, from: a@b.net, to: a@b.net}}",
            "24: `host` is the primary `10.1.0.12`, which cannot relay alerts of its own failure; use another relay"
        ),
        (
            "{smtp: {host: smtp.b.net, from: a@b.net, to: [a@b.net, ada@example.net]}}",
            "24: `ada@example.net` is in a relayed domain, so alerts would wait for the primary; set an address in another domain"
        ),
        (
            "{smtp: {host: smtp.b.net, tls: none, from: a@b.net, to: a@b.net}}",
            "24: `tls`: invalid value `none`; expected one of `starttls`, `implicit`"
        ),
        (
            "{smtp: {host: smtp.b.net, login: {user: 'a:b', env: A}, from: a@b.net, to: a@b.net}}",
            "24: `user` contains a colon, a line break or a NUL byte, which curl does not support"
        ),
        (
            "{command: tell}",
            "24: `command` does not begin with an absolute path; expected a program in the guest and its arguments"
        ),
        (
            "{command: [/bin/a, \"b\\nc\"]}",
            "24: an argument in `command` contains a line break or a NUL byte; remove it"
        ),
    ])
    func `are reported if they are invalid`(_ alert: String, mistake: String) {
        #expect(InventoryText.mistakes(in: text(alert)) == [mistake])
    }

    @Test func `have one dead-man's switch per site`() {
        let shared =
            InventoryText.complete + InventoryText.secondSite.replacing("vmid: 110, ", with: "")
            + "alert: {healthchecks: {url: {env: A}}}\n"
        #expect(
            InventoryText.mistakes(in: shared) == [
                "28: `healthchecks` is shared by 2 sites, so the failure of one would stay unnoticed; set one for each site, in its `alert`"
            ])
    }

    @Test func `have one dead-man's switch per site, also from the defaults`() {
        let shared =
            InventoryText.complete + InventoryText.secondSite.replacing("vmid: 110, ", with: "")
            + "defaults: {alert: {healthchecks: {url: {env: A}}}}\n"
        #expect(
            InventoryText.mistakes(in: shared) == [
                "24: site `two` shares `healthchecks` with site `one` at line 7, so the failure of one would stay unnoticed; set another one"
            ])
        let own = shared.replacing(
            "  two:\n", with: "  two:\n    alert: {healthchecks: {url: {env: B}}}\n")
        #expect(InventoryText.mistakes(in: own) == [])
        #expect(InventoryText.mistakes(in: own.replacing("url: {env: B}", with: "url: {file: b}")) == [])
    }

    @Test func `include all of the example`() throws {
        let text = try InventoryText.example(with: "alert")
        let path = URL(filePath: `The example inventory`.path).deletingLastPathComponent().path + "/x.yml"
        let inventory = try Inventory.read(SourceFile(name: path, text: text))
        let kinds = Set(AlertChannel.Kind.allCases).subtracting([.healthchecks])
        #expect(Set(inventory.mail.channels.map(\.kind)) == kinds)
        let limits = try Inventory.read(SourceFile(name: path, text: try InventoryText.example(with: "monitor")))
        #expect(limits.mail.monitor == MonitorSettings())
    }
}
