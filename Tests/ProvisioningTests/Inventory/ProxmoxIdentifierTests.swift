import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Guests
@testable import Resources
@testable import Sites

/// Texts that Proxmox's own formats accept and refuse (PVE::JSONSchema, PVE::AccessControl, pve-container;
/// `pve-api-subset.json`).
@Suite struct `A Proxmox identifier` {
    enum Kind: String, CaseIterable {
        case pool, storage, bridge, node, tag, user, token, searchdomain, nameserver

        func read(_ text: String) throws -> String {
            switch self {
            case .pool: try ProxmoxPool(reading: text).description
            case .storage: try ProxmoxStorage(reading: text).description
            case .bridge: try ProxmoxBridge(reading: text).description
            case .node: try ProxmoxNode(reading: text).description
            case .tag: try Tag(reading: text).description
            case .user: try ProxmoxUser(reading: text).description
            case .token: try TokenID(reading: text).description
            case .searchdomain: try SearchDomains(reading: text).description
            case .nameserver: try ResolverAddress(reading: text).description
            }
        }
    }

    static let accepted: [(Kind, [String])] = [
        (.pool, ["sites", "sites/mail", "a/b/c", "m.x", "-", "_x", "1", ".", String(repeating: "p", count: 90)]),
        (.storage, ["local", "local-lvm", "a1", "A.b_c-9", String(repeating: "s", count: 100)]),
        (.bridge, ["vmbr0", "vmbr0.20", "a", "_b", "9", "vnet_1", "-x"]),
        (.node, ["pve", "PVE2", "a", "9", "pve-2"]),
        (.tag, ["mail", "_x", "9", "a+b.c-d_e"]),
        (
            .user,
            [
                "root@pam", "a@b9", "first.last@corp.example@ad", "o'brien@pam", "a!b@pve", "dom\\user@ad-1",
                "a=b;c%d@pve",
            ]
        ),
        (.token, ["mx@pve!up", "a!b@pve!c9", "first@corp.example@ad!x.y-z_1", "root@pam!A1"]),
        (.searchdomain, ["lan", "example.net", "a.example b.example", "home.arpa"]),
        (.nameserver, ["10.0.0.1", "2001:db8::1", "fe80::1%eth0", "fe80::1"]),
    ]

    static let refused: [(Kind, [String])] = [
        (.pool, ["", "/", "a/", "/a", "a//b", "a/b/c/d", "a b", "pööl", "a\n", "a:b"]),
        (.storage, ["", "a", "9a", "a-", "a/b", "-ab", "a b", "ab\n"]),
        (.bridge, ["", "vm br", "vmbr0/20", "vmbr0,tag=1", "brücke", "vmbr0\n"]),
        (.node, ["", "-a", "a-", "a.b", "a_b", "pve2\n"]),
        (.tag, ["", "-a", ".a", "a b", "ä", "a;b"]),
        (
            .user,
            [
                "", "root", "@pam", "a@b", "a b@pam", "a:b@pam", "a/b@pam", "a@9x",
                String(repeating: "u", count: 61) + "@pam",
            ]
        ),
        (
            .token,
            ["", "mx@pve", "mx!up", "mx@pve!", "mx@pve!u", "mx@pve!9x", "mx@pve!up=5ec2e700", "mx@pve!a b", "!up"]
        ),
        (.searchdomain, ["", " ", "-a", "a_b", "a..b", "*.example.net"]),
        (.nameserver, ["", "host", "10.0.0.1%eth0", "2001:db8::1%eth0", "fe80::1%", "fe80::1%e th"]),
    ]

    @Test(arguments: accepted)
    func `is accepted as Proxmox accepts it`(kind: Kind, texts: [String]) throws {
        for text in texts { #expect(throws: Never.self, "\(kind) `\(text)`") { try kind.read(text) } }
    }

    @Test(arguments: refused)
    func `is rejected as Proxmox rejects it`(kind: Kind, texts: [String]) {
        for text in texts { #expect(throws: ParseError.self, "\(kind) `\(text)`") { try kind.read(text) } }
    }

    @Test func `is sent to Proxmox as it is written`() throws {
        let text = InventoryText.complete.replacing("bridge: vmbr0", with: "bridge: vmbr0.20")
            .replacing("hostname: mx1.example.net", with: "hostname: mx1.example.net\n      pool: sites/mail")
        let site = try #require(try Inventory.read(SourceFile(name: "inventory.yml", text: text)).site(named: "one"))
        #expect(try site.cloneRequest.pool == "sites/mail")
        #expect(site.specification.network["bridge"] == "vmbr0.20")
    }

    @Test func `is reported with what is expected if it is invalid`() {
        let text = InventoryText.complete.replacing(
            "hostname: mx1.example.net", with: "hostname: mx1.example.net\n      pool: sites//mail")
        #expect(
            InventoryText.mistakes(in: text).contains {
                $0.hasSuffix(
                    "`pool`: invalid pool name `sites//mail`; expected letters, digits, `.`, `_` and `-`; up to three levels, "
                        + "separated by `/`")
            })
    }
}
