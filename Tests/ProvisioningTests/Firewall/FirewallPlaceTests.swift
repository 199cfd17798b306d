import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Guests
@testable import Ingress
@testable import Sites

@Suite struct `The firewall in an inventory` {
    private func site(_ more: String) throws -> Site {
        let text = InventoryText.complete + more
        return try #require(try Inventory.read(SourceFile(name: "inventory.yml", text: text)).sites.first)
    }

    @Test func `is the guest by default`() throws {
        #expect(try site("").firewall == [.guest])
        #expect(try site("").guest.network.firewall == nil)
        #expect(try site("    firewall: proxmox\n").firewall == [.proxmox])
        #expect(try site("    firewall: [guest, proxmox]\n").firewall == [.guest, .proxmox])
    }

    @Test func `in Proxmox is enabled at the network device`() throws {
        #expect(try site("    firewall: [proxmox]\n").guest.network.firewall == true)
        let options = ["net0": "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=10.2.0.25/24,type=veth"]
        let difference = try site("    firewall: [proxmox]\n").specification.difference(from: options)
        #expect(
            difference.set["net0"]
                == "name=eth0,bridge=vmbr0,firewall=1,hwaddr=BC:24:11:00:00:01,ip=10.2.0.25/24,type=veth")
    }

    @Test func `is passed to playbooks as flags`() throws {
        let text = InventoryText.complete + "    firewall: proxmox\n"
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
        let variables = inventory.variables(for: inventory.sites[0])
        #expect(variables["firewall.guest"] == .flag(false))
        #expect(variables["firewall.proxmox"] == .flag(true))
        #expect(variables["firewall.node"] == .flag(false))
    }

    @Test(arguments: [
        ("firewall: []", ["24: `firewall` is empty; expected one or more of `guest`, `proxmox`, `node`"]),
        ("firewall: none", ["24: `firewall` contains `none`; expected one or more of `guest`, `proxmox`, `node`"]),
        ("firewall: node", ["24: `firewall` contains `node`, but `ssh` has no section `node`"]),
    ])
    func `is reported if it is impossible`(line: String, mistakes: [String]) {
        #expect(InventoryText.mistakes(in: "\(InventoryText.complete)    \(line)\n") == mistakes)
    }

    @Test func `is reported if Proxmox does not filter the network device`() {
        let text = InventoryText.complete.replacing("bridge: vmbr0", with: "bridge: vmbr0\n        firewall: false")
        #expect(
            InventoryText.mistakes(in: text + "    firewall: proxmox\n") == [
                "25: `firewall` contains `proxmox`, but `guest: network: firewall` is false, so the rules would have no effect"
            ])
    }
}
