import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite struct `The router in an inventory` {
    private static let unifi = "fingerprint: '\(InventoryText.fingerprint)', key: {env: KEY}"

    private func text(_ router: String) -> String {
        InventoryText.complete + "    router: \(router)\n"
    }

    private func router(_ text: String) throws -> RouterSettings? {
        try Inventory.read(SourceFile(name: "inventory.yml", text: text)).sites[0].router
    }

    @Test func `is optional`() throws {
        #expect(try router(InventoryText.complete) == nil)
    }

    @Test(arguments: ["manual\n    dns: {addresses: [203.0.113.25]}", "{manual: true, outside: 203.0.113.25}"])
    func `can be set manually`(router: String) throws {
        #expect(try self.router(text(router))?.way == .manual)
    }

    @Test func `can be a UniFi console with a key, a login, or both`() throws {
        let both =
            "{unifi: {address: 10.2.0.2, port: 8443, site: x1, ca: ca.pem, key: {env: KEY}, login: {user: a b, env: P}, interface: wan2}, outside: 203.0.113.25}"
        guard case .unifi(let access)? = try router(text(both))?.way else {
            Issue.record("no console")
            return
        }
        #expect(access.host == "10.2.0.2" && access.port == 8443 && access.site == "x1" && access.interface == "wan2")
        #expect(access.key == .environment("KEY") && access.login == .init(user: "a b", password: .environment("P")))
    }

    @Test func `is checked at the public IPv4 addresses`() throws {
        let addresses = "manual\n    dns: {addresses: ['2001:db8::25', 203.0.113.25]}"
        let site = try Inventory.read(SourceFile(name: "i", text: text(addresses))).sites[0]
        #expect(site.outsideAddresses.map(\.description) == ["203.0.113.25"])
    }

    @Test func `of a site overrides the defaults`() throws {
        let defaults = "defaults: {router: {unifi: {address: gw, \(Self.unifi)}, outside: 203.0.113.25}}\n"
        let own = try router(defaults + text("{manual: true}"))
        #expect(own?.way == .manual && own?.outside?.count == 1)
        let word = try router(defaults + text("manual\n    dns: {addresses: [203.0.113.9]}"))
        #expect(word?.way == .manual && word?.outside == nil)
    }

    static let mistakes: [(router: String, said: [String])] = [
        ("by hand", ["24: `router`: invalid value `by hand`; expected one of `manual`"]),
        ("{outside: 203.0.113.25}", ["24: one of `manual`, `unifi` is required to forward the port"]),
        (
            "{manual: false, outside: 203.0.113.25}",
            ["24: `manual` is `false`; remove `router` if the port needs no forward"]
        ),
        (
            "manual",
            [
                "24: site `one` has a `router`, but no public IPv4 address for the check from outside; set `router.outside` or `dns.addresses`"
            ]
        ),
        (
            "{unifi: {address: https://gw, site: a/b, interface: wan0, \(unifi)}, outside: here}",
            [
                "24: `address`: invalid host `https://gw`; expected a name or an address without scheme, port or path",
                "24: `site`: invalid UniFi site `a/b`: expected the name in the console's URL, such as `default`",
                "24: `interface`: invalid WAN interface `wan0`: expected `wan`, `wan2`, `both` or `all`",
                "24: `outside`: `here` is not an IPv4 or IPv6 address",
            ]
        ),
        (
            "{unifi: {address: gw}, outside: 203.0.113.25}",
            [
                "24: one of `fingerprint`, `ca` is required to verify the console's certificate",
                "24: `key` or `login` is missing; a key is preferred",
            ]
        ),
        (
            "{unifi: {address: gw, ca: x, login: {user: '', env: P}}, outside: 203.0.113.25}", ["24: `user` is empty"]
        ),
    ]

    @Test(arguments: mistakes)
    func `is reported with the line of a mistake`(router: String, said: [String]) {
        let found = InventoryText.mistakes(in: text(router))
        #expect(Set(found) == Set(said))
    }

    @Test func `requires a guest with an IPv4 address, and a name that a console accepts`() throws {
        let long = String(repeating: "s", count: 63)
        let router = text("{unifi: {address: gw, \(Self.unifi)}, outside: 203.0.113.25}")
        let six = router.replacing("address: 10.2.0.25/24", with: "address6: 2001:db8::25/64")
        #expect(
            InventoryText.mistakes(in: six) == [
                "24: site `one` has a `router`, but its guest has no IPv4 address to forward to"
            ])
        let named = router.replacing("name: home", with: "name: \(long)").replacing("  one:", with: "  \(long):")
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: named))
        let site = try #require(inventory.sites.first)
        let fault = site.forwardFault(of: inventory.mail.ports(of: site), inventory: inventory)
        #expect(fault?.line == 24 && fault?.text.contains("a UniFi console accepts at most 128 characters") == true)
    }
}
