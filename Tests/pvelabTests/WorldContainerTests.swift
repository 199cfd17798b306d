import Testing

@testable import pvelab

@Suite struct `The LXC configuration of a guest` {
    private let container = Container(name: "110", site: .secondary, guests: "/var/lib/pvelab/guests")

    @Test func `each network is a veth pair whose outer end joins its bridge`() {
        let text = container.lxcConfiguration(
            GuestConfiguration(
                hostname: "mail-backup.yourdomain.net",
                networks: [["name": "eth0", "hwaddr": "BC:24:11:00:00:01"], ["name": "eth1", "bridge": "vmbr1"]]
            )
        )
        let lines = text.split(separator: "\n")
        #expect(lines.contains("lxc.uts.name = mail-backup.yourdomain.net"))
        #expect(lines.contains("lxc.net.0.veth.pair = veth110i0"))
        #expect(lines.contains("lxc.net.0.hwaddr = BC:24:11:00:00:01"))
        #expect(lines.contains("lxc.net.0.script.up = /var/lib/pvelab/guests/110/join-0"))
        #expect(lines.contains("lxc.net.1.name = eth1"))
        #expect(lines.contains("lxc.net.1.script.up = /var/lib/pvelab/guests/110/join-1"))
    }

    @Test func `interfaces are parsed from the output of ip`() throws {
        let listing = """
            [{"ifname":"eth0","address":"bc:24:11:00:00:01","addr_info":[
              {"family":"inet","local":"10.2.0.25","prefixlen":24,"scope":"global"},
              {"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link"}]},
             {"ifname":"sit0","addr_info":[]}]
            """
        #expect(
            try InterfaceListing.read(listing) == [
                GuestInterface(
                    name: "eth0",
                    hwaddr: "bc:24:11:00:00:01",
                    addresses: [
                        .init(address: "10.2.0.25", prefix: 24, isIPv6: false),
                        .init(address: "fe80::1", prefix: 64, isIPv6: true),
                    ]
                ),
                GuestInterface(name: "sit0", hwaddr: "00:00:00:00:00:00"),
            ]
        )
    }
}
