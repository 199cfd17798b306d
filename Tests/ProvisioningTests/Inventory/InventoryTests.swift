import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

@Suite struct `The example inventory` {
    static let path = URL(filePath: #filePath).appending(path: "../../../../Inventory/three-sites.yml")
        .standardizedFileURL.path(percentEncoded: false)

    @Test func `is read completely`() throws {
        let inventory = try Inventory.load(from: Self.path)
        #expect(inventory.name == "home")
        #expect(inventory.mail.domains.map(\.description) == ["yourdomain.net"])
        #expect(inventory.mail.primary.address == IPAddress("10.1.0.12"))
        #expect(inventory.mail.alerts.description == "you@elsewhere.example")
        #expect(inventory.sites.map(\.name) == ["secondary", "tertiary"])
        let recipients = ["you", "admin", "postmaster", "abuse"].map { "\($0)@yourdomain.net" }
        #expect(inventory.mail.recipients.map(\.description) == recipients)
        #expect(inventory.site(named: "fourth") == nil)
    }

    @Test func `has a site with a token, whose guest is reached by ssh`() throws {
        let site = try #require(try Inventory.load(from: Self.path).site(named: "secondary"))
        #expect(site.proxmox.host == "pve2.yourdomain.net")
        #expect(site.proxmox.port == 8006)
        #expect(site.proxmox.credential == .token(id: "mxprovision@pve!up", .environment("MXPROVISION_TOKEN")))
        guard case .fingerprint = site.proxmox.trust else { throw UnexpectedTrust() }
        #expect(site.guest.vmid == 110)
        #expect(site.guest.hostname.description == "mail-backup.yourdomain.net")
        #expect(site.guest.memory == 512)
        #expect(site.guest.tags == ["mxprovision"])
        #expect(site.guest.network.address?.description == "10.2.0.25/24")
        #expect(site.address == "10.2.0.25")
        #expect(site.ssh.via == .ssh)
        guard case .pinned = site.ssh.trust else { throw UnexpectedTrust() }
    }

    @Test func `has a site with a password, whose guest is reached through the node`() throws {
        let site = try #require(try Inventory.load(from: Self.path).site(named: "tertiary"))
        let file = NSHomeDirectory() + "/.config/mxprovision/tertiary.password"
        #expect(site.proxmox.credential == .login(user: "mxprovision@pve", .file(path: file)))
        // The site's value overrides the default. The default is used if the site has no value.
        #expect(site.guest.memory == 1024)
        #expect(site.guest.cores == 1)
        #expect(site.ssh.via == .node)
        #expect(site.ssh.trust == .node)
        #expect(site.ssh.node?.address == "10.3.0.2")
    }

    @Test func `provides the variables of playbooks`() throws {
        let inventory = try Inventory.load(from: Self.path)
        let variables = inventory.variables(for: try #require(inventory.site(named: "secondary")))
        #expect(variables["domain"] == .text("yourdomain.net"))
        #expect(variables["domains"] == .list(["yourdomain.net"]))
        #expect(variables["hostname"] == .text("mail-backup.yourdomain.net"))
        #expect(variables["primary.nexthop"] == .text("[10.1.0.12]:25"))
        #expect(variables["guest.address"] == .text("10.2.0.25"))
        #expect(variables["alerts"] == .text("you@elsewhere.example"))
        guard case .list(let recipients)? = variables["recipients"] else { throw UnexpectedTrust() }
        #expect(recipients.contains("postmaster@yourdomain.net"))
    }

    private struct UnexpectedTrust: Error {}
}

@Suite struct `An inventory` {
    @Test func `reads 300 sites in less than five seconds`() throws {
        let sites = (1...300).map { number in
            """
              site-\(number):
                proxmox: {address: pve\(number).example.net}
                guest: {hostname: mx\(number).example.net, network: {address: 10.\(number / 250).\(number % 250).5/24}}
            """
        }
        let yaml = """
            \(InventoryText.head)
            defaults:
              proxmox: {node: pve, ca: ca.pem, token: {id: a@pve!up, file: "{{ site }}.token"}}
              guest: {template: 100, vmid: 110, network: {bridge: vmbr0}}
              ssh: {host_key: \(InventoryText.hostKey)}
            sites:
            \(sites.joined(separator: "\n"))
            """
        let inventory = try Inventory.read(SourceFile(name: "/etc/mx/big.yml", text: yaml))
        #expect(inventory.sites.count == 300)
        #expect(inventory.sites[6].proxmox.credential == .token(id: "a@pve!up", .file(path: "/etc/mx/site-7.token")))
        #expect(inventory.sites[6].proxmox.trust == .authority(path: "/etc/mx/ca.pem"))
    }

    @Test func `lets a site override the defaults`() throws {
        let yaml = InventoryText.complete.replacing(
            "sites:",
            with: """
                defaults:
                  proxmox: {ca: ca.pem, token: {id: b@pve!up, command: [pass, show]}}
                  ssh: {trust: first-use}
                sites:
                """
        )
        let site = try #require(try Inventory.read(SourceFile(name: "i.yml", text: yaml)).sites.first)
        guard case .fingerprint = site.proxmox.trust else { throw Surprise() }
        #expect(site.proxmox.credential == .token(id: "a@pve!up", .environment("TOKEN")))
        guard case .pinned = site.ssh.trust else { throw Surprise() }
    }

    @Test func `reports a mistake in the defaults once, for any number of sites`() {
        let yaml =
            InventoryText.complete.replacing("sites:", with: "defaults:\n  guest: {corse: 2}\nsites:")
            + InventoryText.secondSite
        #expect(InventoryText.mistakes(in: yaml) == ["7: unknown key `corse`; did you mean `cores`?"])
    }

    private struct Surprise: Error {}
}
