import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// Compares the verdicts of check-jsonschema (PyPI) and of the program for the same files: editors must not show false
/// mistakes, and the schema may miss only what it cannot express.
@Suite(.timeLimit(.minutes(10))) struct `The verdict of a schema` {
    /// The rules that a JSON Schema cannot express. Only for these it may accept a file that the program rejects.
    private enum Rule {
        /// Two values that are valid only separately.
        case otherKey
        /// The content of a file or of a key.
        case content
        /// A site's keys may come from `defaults`, so none is required.
        case defaults
        /// YAML reads `010` and `1e3` as numbers, which the program refuses as ambiguous.
        case numbers
    }

    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// Old text, new text, and the rule that only the program enforces.
    private static let inventories: [(old: String, new: String, rule: Rule?)] = [
        ("name: home", "name: 5", nil), ("name: home", "name: '-home'", nil), ("name: home", "name: a b", nil),
        ("name: home", "name: [home]", nil), ("name: home", "names: home", nil),
        ("domains: [example.net, example.org]", "domains: [example.net, example.org.]", nil),
        ("domains: [example.net, example.org]", "domains: [example, example.org]", nil),
        ("domains: [example.net, example.org]", "domains: []", nil),
        ("domains: [example.net, example.org]", "domains: [example.net, {a: b}]", nil),
        ("domains: [example.net, example.org]", "domains: [example.net, 'ex ample.org']", nil),
        ("domains: [example.net, example.org]", "domains: [example.net, bücher.example]", nil),
        ("domains: [example.net, example.org]", "domains: [example.net, -a.example]", nil),
        ("domains: [example.net, example.org]", "domains: [example.net, 10.0.0.1]", nil),
        ("domains: [example.net, example.org]", "domain: example.net", .otherKey),
        ("  name: mail.example.net", "  name: mail", nil),
        ("  name: mail.example.net", "  name: mail.example.net.", nil),
        ("  name: mail.example.net", "  name: MAIL.Example.net", nil),
        ("  name: mail.example.net", "  name: https://mail.example.net", nil),
        ("  address: 10.1.0.12", "  address: 10.1.0.12/24", nil), ("  address: 10.1.0.12", "  address: 10.1.0", nil),
        ("  address: 10.1.0.12", "  address: 10.1.0.256", nil),
        ("  address: 10.1.0.12", "  address: mail.example.net", nil),
        ("  address: 10.1.0.12", "  address: fd00::12", nil), ("  address: 10.1.0.12", "  address: 'fd00::12::1'", nil),
        ("  address: 10.1.0.12", "  address: '::ffff:10.1.0.12'", nil),
        ("  address: 10.1.0.12", "  address: 10.1.0.012", nil),
        ("  address: 10.1.0.12", "  address: 127.0.0.1", .content),
        ("  port: 25", "  port: 0", nil), ("  port: 25", "  port: 65536", nil), ("  port: 25", "  port: '25'", nil),
        ("  port: 25", "  port: '65536'", nil), ("  port: 25", "  port: smtp", nil),
        ("  port: 25", "  port: 25.5", nil),
        ("  port: 25", "  port: true", nil), ("  port: 25", "  port: [25]", nil), ("  port: 25", "  port:", nil),
        ("  port: 25", "  port: 1e1", .numbers), ("  port: 25", "  port: 025", .numbers),
        ("    peer: 10.1.0.1", "    peer: gateway", nil),
        ("    user: root\n    jump", "    user: ro ot\n    jump", nil),
        ("    user: root\n    jump", "    user: mx$\n    jump", nil),
        ("jump: ada@gate.example", "jump: ada@gate.example:22,bob@10.0.0.1", nil),
        ("jump: ada@gate.example", "jump: ssh://gate.example", nil), ("jump: ada@gate.example", "jump: a b", nil),
        ("list: [ada@example.net, bob@example.org]", "list: [ada@example.net, bob@example.org.]", nil),
        ("list: [ada@example.net, bob@example.org]", "list: [ada@example.net, '@example.org']", nil),
        ("list: [ada@example.net, bob@example.org]", "list: [ada@example.net, bob]", nil),
        ("list: [ada@example.net, bob@example.org]", "list: [ada@example.net, a..b@example.org]", nil),
        ("list: [ada@example.net, bob@example.org]", "list: ada@example.net", nil),
        ("list: [ada@example.net, bob@example.org]", "list: [ada@example.net, bob@elsewhere.example]", .otherKey),
        ("list: [ada@example.net, bob@example.org]", "list: [ada@example.net, ADA@example.net]", .otherKey),
        ("database: mariadb", "database: mysql", nil), ("database: mariadb", "databse: mariadb", nil),
        ("every: 15", "every: 1441", nil), ("every: 15", "every: '1440'", nil),
        ("policy: reject", "policy: Reject", nil),
        ("alerts: ada@elsewhere.example", "alerts: ada", nil),
        ("alerts: ada@elsewhere.example", "alerts: a@b@c.example", nil),
        ("alerts: ada@elsewhere.example", "alerts: ada@example.net", .otherKey),
        ("host: smtp.elsewhere.example", "host: smtp://elsewhere.example", nil),
        ("host: smtp.elsewhere.example", "host: relay", nil), ("host: smtp.elsewhere.example", "host: fd00::1", nil),
        ("host: smtp.elsewhere.example", "host: elsewhere.example:25", nil),
        ("  - smtp:\n", "  - ntfy: {url: \"http://ntfy.sh/topic\"}\n  - smtp:\n", nil),
        ("  - smtp:\n", "  - ntfy: {url: \"https://ntfy.sh\"}\n  - smtp:\n", nil),
        ("  - smtp:\n", "  - ntfy: {url: \"https://ntfy.sh/topic\"}\n  - smtp:\n", nil),
        ("  - smtp:\n", "  - ntfy: {url: {env: A, file: b}}\n  - smtp:\n", nil),
        ("  - smtp:\n", "  - gotify: {url: \"https://a.example/?x\", token: {env: A}}\n  - smtp:\n", nil),
        ("  - smtp:\n", "  - gotify: {url: \"https://a.example/x\"}\n  - smtp:\n", nil),
        ("  - smtp:\n", "  - slack: {url: \"https://a.example/x\"}\n  - smtp:\n", nil),
        ("  - smtp:\n", "  - email: {to: a@b.example}\n  - smtp:\n", nil),
        (
            "  - smtp:\n",
            "  - webhook: {url: \"https://a.example:8443/x?y=1\", token: {command: [pass, 5]}}\n  - smtp:\n", nil
        ),
        ("zones: [example.net, example.org]", "zones: [example.net, org]", nil),
        ("zones: [example.net, example.org]", "zones: [example.net]", .otherKey),
        ("addresses: [198.51.100.12]", "addresses: [198.51.100.12/32]", nil),
        ("addresses: [198.51.100.12]", "addresses: 198.51.100.12", nil),
        ("server: 192.0.2.53", "server: 192.0.2.53 port 5353", nil),
        ("server: 192.0.2.53", "server: 192.0.2.53:53", nil),
        ("server: 192.0.2.53", "server: 192.0.2.53 port 65536", nil),
        ("server: 192.0.2.53", "server: ns1.example.net", .otherKey),
        ("name: writer", "name: wri ter", nil), ("name: writer", "name: writer.example.", nil),
        ("      env: TSIG", "      env: TSIG-KEY", nil), ("      env: TSIG", "      env: TSIG\n      file: key", nil),
        ("      env: TSIG", "      secret: abc", nil), ("log: journal", "log: journald", nil),
        ("log: journal", "log: /var/log/mail.log", nil),
        ("log: journal", "log: journal\n  mailbox: [cat, x]", nil), ("log: journal", "messages: 20", nil),
        ("  recipient: ada@example.net", "  recipient: eve@example.net", nil), ("node: pve", "node: {a: b}", nil),
        ("id: a@pve!up", "id: a@pve", nil), ("id: a@pve!up", "id: a@pve!up=secret", nil),
        ("vmid: 110", "vmid: 99", nil),
        ("vmid: 110", "vmid: '110'", nil), ("vmid: 110", "vmid: 1000000000", nil), ("vmid: 110", "vmid: CT110", nil),
        ("vmid: 110", "vmid: 100", .otherKey), ("template: 100", "template: -100", nil),
        ("hostname: mx1.example.net", "hostname: mx1", nil),
        ("hostname: mx1.example.net", "hostname: mx1.example.net.", nil),
        ("hostname: mx1.example.net", "hostname: mx_1.example.net", nil),
        ("hostname: mx1.example.net", "hostname: mail.example.net", .otherKey),
        ("        address: 10.2.0.25/24", "        address: 10.2.0.25", nil),
        ("        address: 10.2.0.25/24", "        address: 10.2.0.25/33", nil),
        ("        address: 10.2.0.25/24", "        address: 10.2.0.25/7", nil),
        ("        address: 10.2.0.25/24", "        address: fd00::25/64", nil),
        ("        address: 10.2.0.25/24", "        address: auto", nil),
        ("        address: 10.2.0.25/24", "        address: 10.2.0.0/24", .content),
        ("        gateway: 10.2.0.1\n", "", nil),
        ("        gateway: 10.2.0.1\n", "        gateway: 10.2.0.1/24\n", nil),
        ("        gateway: 10.2.0.1\n", "        gateway: fd00::1\n", nil),
        ("        gateway: 10.2.0.1\n", "        gateway: 10.2.0.25\n", .otherKey),
        ("address6: fd00::25/64", "address6: auto\n        mtu: 1280", .otherKey),
        ("address6: fd00::25/64", "address6: fd00::25/129", nil),
        ("address6: fd00::25/64", "address6: fd00::25", nil),
        ("gateway6: fd00::1", "gateway6: fd00::1\n        firewall: maybe", nil),
        ("gateway6: fd00::1", "gateway6: fd00::1\n        firewall: Yes", nil),
        ("gateway6: fd00::1", "gateway6: fd00::1\n        vlan: 4095", nil),
        ("firewall: [guest, proxmox, node]", "firewall: [guest, router]", nil),
        ("firewall: [guest, proxmox, node]", "firewall: guest", nil),
        ("challenge: dns-01", "challenge: dns", nil),
        ("challenge: dns-01", "challenge: dns-01\n        directory: http://ca.example/d", nil),
        ("challenge: dns-01", "challenge: http-01\n        propagation: 5", .otherKey),
        ("addresses: [203.0.113.25]", "addresses: []", nil), ("preference: 20", "preference: 0", nil),
        ("preference: 20", "preference: 10", .otherKey),
        ("preference: 20", "preference: 20\n      tlsa: [3 1 1 abcd]", nil),
        ("address: gateway.example.net", "address: https://gateway", nil),
        ("          env: UNIFI", "          env: 5UNIFI", nil),
        ("    router:", "    labels: {ring: 1}\n    router:", nil),
        ("    router:", "    labels: [a, b=c]\n    router:", nil),
        ("    router:", "    labels: ['a b']\n    router:", nil),
        ("    router:", "    rooter:", nil), ("      node: pve\n", "", .defaults),
    ]

    private static let steps: [(step: String, rule: Rule?)] = [
        ("hostname: {name: mx1.example.net}", nil), ("hostname: {name: '{{ hostname }}'}", nil),
        ("hostname: {name: mx1}", nil),
        ("hostname: {name: mx1.example.net.}", nil), ("hostname: {}", nil), ("hostname: {nmae: a.example}", nil),
        ("hostnme: {name: a.example}", nil),
        ("packages: {names: [postfix]}", nil), ("packages: {names: []}", nil), ("packages: {names: [Postfix]}", nil),
        ("packages: {names: postfix}", nil),
        ("packages: {names: [ufw], start: maybe}", nil), ("packages: {names: [ufw], start: no}", nil),
        ("packages: {names: [ufw], rebuilt: [etc/x]}", nil),
        ("file: {path: /etc/x, content: ''}", nil), ("file: {path: etc/x, content: ''}", nil),
        ("file: {path: /etc/x/, content: ''}", nil),
        ("file: {path: /etc/x}", nil), ("file: {path: /etc/x, content: a, source: b}", nil),
        ("file: {path: /etc/x, content: a, mode: '0644'}", nil),
        ("file: {path: /etc/x, content: a, validate: [sh, -n, '%s']}", nil),
        ("file: {path: /etc/x, content: a, validate: [sh, -n]}", nil),
        ("file: {path: /etc/x, content: '{{ key }}', mode: '0644'}", .otherKey),
        ("file: {path: /etc/x, content: 'a {{ key }}'}", nil),
        ("file: {path: /etc/x, content: a, mode: '0999'}", nil), ("file: {path: /etc/x, content: a, owner: root}", nil),
        ("file: {path: /etc/x, source: /nowhere}", .content), ("directory: {path: /etc/x, owner: 'root:root'}", nil),
        ("directory: {path: x}", nil),
        ("postconf: {parameters: {myorigin: x}}", nil), ("postconf: {}", nil), ("postconf: {parameters: [a]}", nil),
        ("postconf: {parameters: {a: [b]}}", nil),
        ("lookup-table: {path: /etc/x, keys: [a]}", nil), ("lookup-table: {path: /etc/x}", nil),
        ("lookup-table: {path: /etc/x, keys: [a], type: btree}", nil),
        ("lookup-table: {path: /etc/x, keys: [a], shrink: 101}", nil),
        ("lookup-table: {path: /etc/x, keys: [a], shrink: '20'}", nil),
        ("lookup-table: {path: '/etc/x y', keys: [a]}", nil),
        ("service: {name: postfix}", nil), ("service: {name: 'a b'}", nil),
        ("service: {name: postfix, restart: never}", nil), ("service: {name: postfix, copies: {a: /b}}", nil),
        ("timer: {name: x, run: [/bin/true], minutes: 5}", nil),
        ("timer: {name: x, run: [/bin/true], minutes: 0}", nil),
        ("timer: {name: 'x.y', run: [/bin/true], minutes: 5}", nil),
        ("cron: {name: x, content: a}", nil), ("cron: {name: x.sh, content: a}", nil),
        ("cron: {name: x, every: yearly, content: a}", nil), ("cron: {name: x}", nil),
        ("firewall: {allow: [22/tcp]}", nil), ("firewall: {allow: [22]}", nil), ("firewall: {allow: [99999/tcp]}", nil),
        ("firewall: {allow: [53/sctp]}", nil),
        ("command: {run: [a], unless: [b]}", nil), ("command: {run: [a]}", nil),
        ("command: {run: [], unless: [b]}", nil),
        ("verify: {recipients: [a@b.example], domains: [b.example], hostname: x.example}", nil),
        ("verify: {recipients: [], domains: [b.example], hostname: x.example}", nil),
        ("verify: {domains: [b.example], hostname: x.example}", nil),
        ("check: {command: [a, 5], expect: 5, within: 60}", nil), ("check: {command: a, exit: 9}", nil),
        ("check: {command: []}", nil), ("check: {command: [a], contains: ''}", nil),
        ("check: {command: [a], equals: []}", nil), ("check: {command: [a], equals: [b], expect: c}", nil),
        ("check: {command: [a], exit: 256}", nil), ("check: {command: [a], within: '601'}", nil),
        ("check: {expect: a}", nil),
        ("hostname: {name: a.example}\n    then: [reload cron]", nil),
        ("hostname: {name: a.example}\n    then: [start cron]", nil),
        ("hostname: {name: a.example}\n    command: {run: [a], unless: [b]}", nil),
        ("hostname: {name: a.example}\n    when: firewall.guest", nil),
        ("hostname: {name: '{{ item }}'}\n    each: [a.example, b.example]", nil),
        ("hostname: {name: a.example}\n    each: [a b]", nil),
        ("hostname: {name: a.example}\n    each: {a: b}", nil), ("hostname: {name: '{{ item }}'}", .otherKey),
        ("hostname: {name: '{{ nothing }}'}", .otherKey),
        ("certificate: {path: /etc/x, hostname: mx}", nil),
        (
            "acme-certificate: {path: /x, hostname: a.example, directory: 'https://ca.example/d', email: a@b.example}",
            nil
        ),
        (
            "acme-certificate: {path: /x, hostname: a.example, directory: 'http://ca.example/d', email: a@b.example}",
            nil
        ),
        ("acme-certificate: {path: /x, hostname: a.example, directory: 'https://ca.example/d', email: b.example}", nil),
    ]

    /// The names of the files that check-jsonschema rejects.
    private func refused(_ files: [String: String], by schema: String) async throws -> Set<String> {
        let tool = Self.root.appending(path: ".build/schema-tools/bin/check-jsonschema")
        try #require(
            FileManager.default.isExecutableFile(atPath: tool.path), "not installed; run .ci/install-dependencies")
        let scratch = ScratchFolder()
        for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(scratch.path)/\(name)")) }
        let process = Process()
        process.executableURL = tool
        process.arguments =
            ["--output-format", "json", "--schemafile", Self.root.appending(path: schema).path]
            + files.keys.sorted().map { "\(scratch.path)/\($0)" }
        let report = URL(filePath: scratch.path + "/report")
        try Data().write(to: report)
        process.standardOutput = try FileHandle(forWritingTo: report)
        try await process.runToEnd()
        struct EventHandler: Decodable {
            struct Entry: Decodable { var filename: String }
            var errors: [Entry]
            var parse_errors: [Entry]
        }
        let found = try JSONDecoder().decode(EventHandler.self, from: try Data(contentsOf: report))
        return Set((found.errors + found.parse_errors).map { URL(filePath: $0.filename).lastPathComponent })
    }

    private func compare(_ files: [(text: String, mistakes: [String], rule: Rule?)], schema: String) async throws {
        let named = Dictionary(uniqueKeysWithValues: files.enumerated().map { ("\($0.offset).yml", $0.element.text) })
        let refused = try await refused(named, by: schema)
        for (number, file) in files.enumerated() {
            let isRefused = refused.contains("\(number).yml")
            if file.rule == nil {
                #expect(isRefused == !file.mistakes.isEmpty, "\(number): \(file.mistakes)\n\(file.text)")
            } else {
                // The schema may be more lenient, but never stricter.
                #expect(!isRefused && !file.mistakes.isEmpty, "\(number): \(file.mistakes)\n\(file.text)")
            }
        }
    }

    @Test func `on an inventory matches the program`() async throws {
        let files = try Self.inventories.map { old, new, rule in
            let text = try #require(CompleteInventory.replacing(old, by: new), "\(old)")
            return (text, InventoryText.mistakes(in: text), rule)
        }
        try await compare(files + [(CompleteInventory.text, [], nil)], schema: "Inventory/inventory.schema.json")
        #expect(files.count > 100)
    }

    @Test func `on a playbook matches the program`() async throws {
        let variables: [String: Variable] = [
            "hostname": .text("mx.example.net"), "firewall.guest": .flag(true), "key": .secret(.environment("KEY")),
        ]
        let files = Self.steps.map { step, rule in
            let text = "name: x\nsteps:\n  - id: one\n    \(step)\n"
            do throws(Mistakes) {
                _ = try Playbook.read(SourceFile(name: "playbook.yml", text: text), variables: variables)
                return (text, [String](), rule)
            } catch { return (text, error.all.map(\.text), rule) }
        }
        try await compare(files, schema: "Playbooks/playbook.schema.json")
    }

    /// ECMA-262's regular expressions are stricter than most others: `{` must be escaped.
    @Test(arguments: ["Inventory/inventory.schema.json", "Playbooks/playbook.schema.json", "docs/events.schema.json"])
    func `comes from a valid schema`(schema: String) async throws {
        let process = Process()
        process.executableURL = Self.root.appending(path: ".build/schema-tools/bin/check-jsonschema")
        process.arguments = ["--quiet", "--check-metaschema", Self.root.appending(path: schema).path]
        try await process.runToEnd()
        #expect(process.terminationStatus == 0)
    }
}
