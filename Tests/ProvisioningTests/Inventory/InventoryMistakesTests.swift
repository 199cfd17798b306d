import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The check of an inventory` {
    /// A text of the small inventory, its replacement, and the expected mistakes.
    typealias Case = (found: String, replacement: String, mistakes: [String])

    @Test func `reports nothing for a valid inventory`() {
        #expect(InventoryText.mistakes(in: InventoryText.complete) == [])
    }

    @Test func `reports two sites that conflict`() {
        let second = InventoryText.secondSite
        #expect(InventoryText.mistakes(in: InventoryText.complete + second) == [])
        let clashing = second.replacing("  two:", with: "  One:").replacing("pve2", with: "pve1")
            .replacing("mx2", with: "mx1").replacing("10.3.0.25", with: "10.2.0.25")
        #expect(
            InventoryText.mistakes(in: InventoryText.complete + clashing) == [
                "24: site `One`: the name `one` (ignoring case) is already used by site `one` at line 7",
                "24: site `One`: the vmid 110 on `pve1` is already used by site `one` at line 7",
                "24: site `One`: the hostname `mx1.example.net` is already used by site `one` at line 7",
                "24: site `One`: the address 10.2.0.25 is already used by site `one` at line 7",
            ]
        )
    }

    @Test(arguments: [
        (
            "hostname: mx1.example.net", "hostname: example.net",
            "7: site `one`: `hostname` is the relayed domain `example.net`, so Postfix would reject the domain's recipients; "
                + "set another name, like `mail-backup.example.net`"
        ),
        (
            "hostname: mx1.example.net", "hostname: Example.NET",
            "7: site `one`: `hostname` is the relayed domain `example.net`, so Postfix would reject the domain's recipients; "
                + "set another name, like `mail-backup.example.net`"
        ),
    ])
    func `reports settings that Postfix cannot combine`(found: String, replacement: String, mistake: String) {
        #expect(InventoryText.complete.contains(found))
        #expect(
            InventoryText.mistakes(in: InventoryText.complete.replacing(found, with: replacement)).contains(mistake))
    }

    @Test(arguments: [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "224.0.0.1", "255.255.255.255", "\"::ffff:127.0.0.1\"", "\"::1\"",
        "\"::\"", "\"ff02::1\"",
    ])
    func `reports a primary address that points to the guest itself`(address: String) {
        let text = InventoryText.complete.replacing(/address: 10\.1\.0\.12/, with: "address: \(address)")
        #expect(text != InventoryText.complete)
        #expect(InventoryText.mistakes(in: text).contains { $0.contains("which guests cannot reach") })
        let peer = InventoryText.complete.replacing("10.1.0.12}", with: "10.1.0.12, vpn: {peer: \(address)}}")
        #expect(InventoryText.mistakes(in: peer).contains { $0.hasPrefix("3: `primary.vpn.peer` is ") })
    }

    @Test func `accepts two guests with one address on different routes`() {
        let second = InventoryText.secondSite.replacing("10.3.0.25", with: "10.2.0.25")
            .replacing("ssh: {", with: "ssh: {jump: 'root@two.example.net:2222', ")
        #expect(InventoryText.mistakes(in: InventoryText.complete + second) == [])
    }

    @Test(
        arguments: [
            (
                "name: home", "name: my home",
                ["1: `name`: invalid name `my home`; expected up to 63 letters, digits, `.`, `_`, `-`"]
            ),
            ("name: home\n", "", ["1: `name` is missing"]),
            (
                "name: home", "nmae: home",
                ["1: unknown key `nmae`; did you mean `name`?"]
            ),
            (
                "domain: example.net", "domains: []",
                ["2: `domains` is empty; expected at least one domain"]
            ),
            (
                "domain: example.net", "domains: [example.net, Example.NET]",
                ["2: duplicate `example.net`; already listed at line 2"]
            ),
            (
                "domain: example.net", "domain: example.net\ndomains: [example.net]",
                ["3: `domain`, `domains` cannot be combined; expected only one of them to set the relayed domains"]
            ),
            (
                "domain: example.net", "domain: exämple.net",
                ["2: `domain`: `exämple.net` has non-ASCII characters; write the name in its `xn--` form"]
            ),
            (
                "domain: example.net", "domain: example",
                ["2: `domain`: `example` is a single label; expected a full name like `mx2.example.net`"]
            ),
            (
                "address: 10.1.0.12", "address: 10.1.0.300",
                ["3: `address`: `10.1.0.300` is not an IPv4 or IPv6 address"]
            ),
            (
                "address: 10.1.0.12", "address: 010.1.0.12",
                ["3: `address`: `010.1.0.12` is not an IPv4 or IPv6 address"]
            ),
            (
                "10.1.0.12}", "10.1.0.12, port: 65536}",
                ["3: `port`: invalid value `65536`; expected an integer from 1 to 65535"]
            ),
            (
                "[ada@example.net, bob@example.net]", "[]",
                [
                    "4: `recipients` is empty; expected at least one recipient, because a backup MX without a list causes backscatter"
                ]
            ),
            ("[ada@example.net, bob@example.net]", "", ["4: `recipients` has no value"]),
            ("bob@example.net]", "Ada@Example.net]", ["4: duplicate `Ada@example.net`; already listed at line 4"]),
            (
                "bob@example.net]", "bob@elsewhere.example]",
                ["4: `bob@elsewhere.example` is not in a relayed domain; expected `example.net`"]
            ),
            (
                "bob@example.net]", "'@example.net', bob, 'b ob@example.net']",
                [
                    "4: `recipients`: `@example.net` would accept mail for every address, even unknown ones; list the addresses",
                    "4: `recipients`: invalid mail address `bob`: missing `@`",
                    "4: `recipients`: invalid mail address `b ob@example.net`: `b ob` is not allowed before the `@`",
                ]
            ),
            (
                "ada@elsewhere.example", "ada@example.net",
                [
                    "5: `alerts` is `ada@example.net`, in a relayed domain, so alerts would wait in the guest's own queue; set an address in another domain"
                ]
            ),
            (
                "sites:", "sites: {}\nrest:",
                [
                    "6: `sites` is empty; expected at least one site",
                    "7: unknown key `rest`; expected one of `name`, `playbook`, `domain`, `domains`, `primary`, `recipients`, `alerts`, `drill`, `alert`, `monitor`, `dns`, `defaults`, `sites`",
                ]
            ),
            (
                "  one:", "  ../one:",
                ["7: `sites`: invalid name `../one`; expected up to 63 letters, digits, `.`, `_`, `-`"]
            ),
            (
                "address: pve1", "address: https://pve1:8006/",
                [
                    "9: `address`: invalid host `https://pve1:8006/`; expected a name or an address without scheme, port or path"
                ]
            ),
            (
                "fingerprint: ", "fingerprint: 00:",
                [
                    "11: `fingerprint`: invalid SHA-256 fingerprint `00:00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f`; expected 32 pairs of hexadecimal digits, separated by colons"
                ]
            ),
            (
                "fingerprint: ", "ca: ca.pem\n      fingerprint: ",
                [
                    "11: `fingerprint`, `ca` cannot be combined; expected only one of them to verify the node's certificate"
                ]
            ),
            (
                "fingerprint: ", "print: ",
                [
                    "8: one of `fingerprint`, `ca` is required to verify the node's certificate",
                    "11: unknown key `print`; expected one of `address`, `port`, `node`, `fingerprint`, `ca`, `token`, `login`",
                ]
            ),
            (
                "id: a@pve!up", "id: a@pve!up=0b7f",
                ["13: `id`: invalid token id; expected `user@realm!name` like `mxprovision@pve!up`, without the secret"]
            ),
            (
                "env: TOKEN", "env: TOKEN\n        file: token",
                ["15: `env`, `file` cannot be combined; expected only one of them to specify the secret"]
            ),
            (
                "env: TOKEN", "env: 0b7f-11",
                ["14: `env`: invalid name of an environment variable; expected letters, digits, `_`"]
            ),
            (
                "env: TOKEN", "secret: 0b7f-11",
                [
                    "12: one of `env`, `file`, `command` is required to specify the secret",
                    "14: unknown key `secret`; expected one of `id`, `env`, `file`, `command`",
                ]
            ),
            ("env: TOKEN", "command: []", ["14: `command` is empty; expected a list of a program and its arguments"]),
            ("vmid: 110", "vmid: 99", ["16: `vmid`: invalid value `99`; expected an integer from 100 to 999999999"]),
            (
                "vmid: 110", "vmid: 100",
                ["16: `vmid` is 100, the same as `template`; expected another ID for the guest"]
            ),
            (
                "hostname: mx1.example.net", "hostname: mx_1.example.net",
                [
                    "18: `hostname`: invalid host name `mx_1.example.net`: `mx_1` has characters other than letters, digits and inner hyphens"
                ]
            ),
            (
                "hostname: mx1.example.net", "hostname: mx1",
                ["18: `hostname`: `mx1` is a single label; expected a full name like `mx2.example.net`"]
            ),
            (
                "hostname: mx1.example.net", "hostname: mail.example.net",
                [
                    "7: site `one`: `hostname` is the primary's name `mail.example.net`, which causes a mail loop; set another name"
                ]
            ),
            (
                "vmid: 110", "memory: 15\n      cores: 0\n      onboot: maybe\n      tags: [a, 'b:c']",
                [
                    "16: `memory`: invalid value `15`; expected an integer from 16 to 1073741824",
                    "17: `cores`: invalid value `0`; expected an integer from 1 to 8192",
                    "18: `onboot`: invalid value `maybe`; expected `true` or `false`",
                    "19: `tags`: invalid tag `b:c`; expected letters, digits, `_`, `-`, `+` and `.`",
                ]
            ),
            (
                "10.2.0.25/24", "10.2.0.25",
                ["21: `address`: `10.2.0.25` has no prefix length; expected an address like `10.0.0.5/24`"]
            ),
            ("10.2.0.25/24", "10.2.0.0/24", ["21: `address`: `10.2.0.0/24` is the address of the network itself"]),
            (
                "10.2.0.25/24", "10.2.0.25/33",
                ["21: `address`: `10.2.0.25/33` has the prefix length `33`; expected 8 to 32"]
            ),
            ("10.2.0.25/24", "2001:db8::5/64", ["21: `address` is `2001:db8::5/64`; expected an IPv4 address"]),
            (
                "10.2.0.25/24", "10.1.0.12/24",
                [
                    "7: site `one`: `address` is the primary's address 10.1.0.12, which causes a mail loop; set another address"
                ]
            ),
            (
                "10.2.0.25/24", "dhcp\n        gateway: 10.2.0.1",
                ["22: `gateway` is set, but `address` gets its gateway from the network; remove it"]
            ),
            (
                "10.2.0.25/24", "10.2.0.25/24\n        gateway: 10.2.0.25\n        gateway6: fe80::1",
                [
                    "22: `gateway` is the guest's own address; expected the router's address",
                    "23: `gateway6` is set without `address6`; set both, or remove it",
                ]
            ),
            ("        address: 10.2.0.25/24\n", "", ["19: one of `address`, `address6` is missing"]),
            (
                "host_key: ", "host_key: ssh-rsa ",
                [
                    "23: `host_key`: invalid public host key; expected the line of an `/etc/ssh/ssh_host_*_key.pub`, like `ssh-ed25519 AAAA…`"
                ]
            ),
            (
                "host_key: ", "key: ",
                [
                    "22: `host_key` is missing; set it to the template's `/etc/ssh/ssh_host_ed25519_key.pub`, or set `trust: node` to read it through the node",
                    "23: unknown key `key`; expected one of `user`, `address`, `port`, `identity`, `jump`, `via`, `node`, `host_key`, `trust`",
                ]
            ),
            (
                "ssh:\n", "ssh:\n      trust: node\n      via: node\n",
                [
                    "24: `via` is `node`, but the section `node` is missing; add it",
                    "25: `host_key` is set, but `trust` is not `pinned`; remove one of them",
                ]
            ),
            (
                "ssh:\n", "ssh:\n      user: -oProxyCommand=x\n      jump: a b\n",
                [
                    "23: `user`: invalid user name `-oProxyCommand=x`; expected a letter or `_`, then letters, digits, `.`, `_` and `-`",
                    "24: `jump`: invalid jump host `a b`; expected `user@host:port`",
                ]
            ),
            (
                "ssh:\n", "ssh: ~\n    old:\n",
                [
                    "22: `ssh` has no value",
                    "23: unknown key `old`; expected one of `proxmox`, `guest`, `ssh`, `dns`, `router`, `certificate`, `firewall`, `vars`, `labels`, `alert`",
                ]
            ),
            (
                "    guest:\n", "    guest:\n      hostname: mx2.example.net\n",
                ["19: duplicate key `hostname`, here and on line 16; keep one of them"]
            ),
        ] as [Case])
    func `reports each mistake with its line`(test: Case) {
        #expect(InventoryText.complete.contains(test.found))
        let text = InventoryText.complete.replacing(test.found, with: test.replacement)
        #expect(InventoryText.mistakes(in: text) == test.mistakes)
    }
}
