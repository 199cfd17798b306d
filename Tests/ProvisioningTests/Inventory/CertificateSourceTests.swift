import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The certificate source in an inventory` {
    private static let updates = """
        dns:
          update: {server: 192.0.2.53, key: {name: up, env: TSIG}}

        """

    private func read(_ certificate: String, _ more: String = "") throws -> (Inventory, Site) {
        let text = InventoryText.complete + "    certificate: \(certificate)\n" + more
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
        return (inventory, try #require(inventory.sites.first))
    }

    private func mistakes(_ certificate: String, _ more: String = "") -> [String] {
        InventoryText.mistakes(in: InventoryText.complete + "    certificate: \(certificate)\n" + more)
    }

    private func variables(_ certificate: String, _ more: String = "") throws -> [String: Variable] {
        let (inventory, site) = try read(certificate, more)
        return inventory.variables(for: site).filter { $0.key.hasPrefix("certificate.") }
    }

    @Test func `is the guest itself by default`() throws {
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: InventoryText.complete))
        let site = try #require(inventory.sites.first)
        #expect(site.certificate == .selfSigned)
        let flags = inventory.variables(for: site).filter { $0.key.hasPrefix("certificate.") }
        #expect(
            flags == [
                "certificate.files": .flag(false), "certificate.acme": .flag(false),
                "certificate.acme.http-01": .flag(false), "certificate.acme.dns-01": .flag(false),
                "certificate.ports": .list([]),
            ])
    }

    @Test func `is an ACME server with default settings`() throws {
        let variables = try variables("{acme: {challenge: http-01}}")
        #expect(variables["certificate.acme"] == .flag(true))
        #expect(variables["certificate.acme.http-01"] == .flag(true))
        #expect(variables["certificate.acme.dns-01"] == .flag(false))
        #expect(variables["certificate.directory"] == .text("https://acme-v02.api.letsencrypt.org/directory"))
        #expect(variables["certificate.email"] == .text("ada@elsewhere.example"))
        #expect(variables["certificate.key-type"] == .text("ecdsa"))
        #expect(variables["certificate.keep-key"] == .text("false"))
        #expect(variables["certificate.authorities"] == .list([]))
        #expect(variables["certificate.dns.secret"] == nil)
    }

    @Test func `is an ACME server with DNS validation, with the update key or its own`() throws {
        let (_, usual) = try read("{acme: {challenge: dns-01}}", Self.updates)
        guard case .acme(let settings) = usual.certificate, case .dns(let updates) = settings.challenge else {
            Issue.record("\(usual.certificate)")
            return
        }
        #expect(updates.server.host == "192.0.2.53" && updates.key.name == "up" && updates.propagation == 60)
        let own = try variables(
            "{acme: {challenge: dns-01, propagation: 5, tsig: {name: acme, file: acme.key}}}", Self.updates)
        #expect(own["certificate.acme.dns-01"] == .flag(true))
        #expect(own["certificate.dns.key"] == .text("acme"))
        #expect(own["certificate.dns.propagation"] == .text("5"))
        guard case .secret(.file(let path))? = own["certificate.dns.secret"] else {
            Issue.record("\(own)")
            return
        }
        #expect(path.hasSuffix("/acme.key"))
    }

    @Test func `keeps the private key that a TLSA record names`() throws {
        let tlsa = "3 1 1 " + String(repeating: "AB", count: 32)
        let variables = try variables(
            "{acme: {challenge: http-01}}", "    dns: {addresses: 203.0.113.25, tlsa: [\(tlsa)]}\n")
        #expect(variables["certificate.keep-key"] == .text("true"))
    }

    @Test func `is the one of the site before the one of the defaults`() throws {
        let defaults = "defaults: {certificate: {files: {key: nowhere.key, chain: nowhere.pem}}}\n"
        let (_, site) = try read("{acme: {challenge: http-01}}", defaults)
        guard case .acme = site.certificate else {
            Issue.record("\(site.certificate)")
            return
        }
    }

    @Test(arguments: [
        ("{}", "24: one of `acme`, `files` is required to get a certificate"),
        ("{acme: {}}", "24: `challenge` is missing"),
        (
            "{acme: {challenge: tls-alpn-01}}",
            "24: `challenge`: invalid value `tls-alpn-01`; expected one of `http-01`, `dns-01`"
        ),
        (
            "{acme: {challenge: dns-01}}",
            "24: `challenge` is `dns-01`, but no server accepts updates of the zone; set `dns.update` with a server and a key"
        ),
        (
            "{acme: {challenge: http-01, propagation: 5}}",
            "24: `propagation` is not valid with the challenge `http-01`; remove it, or use `dns-01`"
        ),
        (
            "{acme: {challenge: http-01, directory: 'https://a b'}}",
            "24: `directory`: invalid ACME directory `https://a b`; expected an `https://` URL"
        ),
    ])
    func `is reported if it is invalid`(_ certificate: String, _ mistake: String) {
        #expect(mistakes(certificate) == [mistake])
    }

    @Test func `requires the address of the name server for a dns-01 challenge`() {
        let named = Self.updates.replacing("192.0.2.53", with: "ns.example.net")
        #expect(
            mistakes("{acme: {challenge: dns-01}}", named) == [
                "24: `challenge` is `dns-01`, but `dns.update.server` is `ns.example.net`; certbot requires an IP address there"
            ])
    }

    @Test func `is a pair of existing files, with a key that is readable by its owner only`() throws {
        let scratch = ScratchFolder()
        let key = scratch.path + "/key.pem"
        let chain = scratch.path + "/chain.pem"
        let given = "{files: {key: \(key), chain: \(chain)}}"
        #expect(
            mistakes(given) == [
                "24: `key`: `\(key)` is not a PEM file with a private key",
                "24: `chain`: `\(chain)` is not a PEM file with a certificate",
            ])
        try "-----BEGIN PRIVATE KEY-----\n".write(toFile: key, atomically: false, encoding: .utf8)
        try "-----BEGIN CERTIFICATE-----\n".write(toFile: chain, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        #expect(
            mistakes(given) == ["24: `key`: `\(key)` is accessible to other users; run `chmod 600 \(key)`"])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let variables = try variables(given)
        #expect(variables["certificate.files"] == .flag(true))
        #expect(variables["certificate.key"] == .text(key))
        #expect(variables["certificate.chain"] == .text(chain))
    }
}
