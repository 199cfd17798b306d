import Testing

@testable import pvelab

@Suite struct `What Proxmox does to a guest's files` {
    private let fixed = GuestFiles(
        configuration: GuestConfiguration(
            hostname: "mail-backup.yourdomain.net",
            networks: [
                [
                    "name": "eth0", "ip": "10.2.0.25/24", "gw": "10.2.0.1", "ip6": "2001:db8:2::25/64",
                    "gw6": "2001:db8:2::1",
                ]
            ],
            nameserver: "10.2.0.1 10.2.0.2",
            searchdomain: "yourdomain.net"
        )
    )

    @Test func `the hostname file has the name up to its first dot`() {
        #expect(fixed.hostname == "mail-backup\n")
    }

    @Test func `the hosts block names the first static address and leaves the template's own lines`() {
        let template = "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\tbase-template\n"
        #expect(
            fixed.hosts(from: template) == template + """
                # --- BEGIN PVE ---
                10.2.0.25 mail-backup.yourdomain.net mail-backup
                # --- END PVE ---

                """
        )
    }

    @Test func `a hosts file without localhost gets it inside the block`() {
        let hosts = fixed.hosts(from: "")
        #expect(hosts.contains("127.0.0.1 localhost.localnet localhost\n::1 localhost.localnet localhost\n10.2.0.25 "))
    }

    @Test func `writing the hosts twice changes nothing the second time`() {
        let once = fixed.hosts(from: "127.0.0.1 localhost\n")
        #expect(fixed.hosts(from: once) == once)
    }

    @Test func `a guest without a static address is 127-0-1-1, and a dotless name gets the search domains`() {
        let roaming = GuestFiles(
            configuration: GuestConfiguration(
                hostname: "web",
                networks: [["name": "eth0", "ip": "dhcp"]],
                searchdomain: "a.example b.example"
            )
        )
        #expect(roaming.hosts(from: "").contains("127.0.1.1 web.a.example web.b.example web\n"))
    }

    @Test func `a resolv-conf without the block is replaced as a whole`() {
        #expect(
            fixed.resolver(from: "nameserver 192.0.2.9\n", host: ("192.0.2.1", nil)) == """
                # --- BEGIN PVE ---
                search yourdomain.net
                nameserver 10.2.0.1
                nameserver 10.2.0.2
                # --- END PVE ---

                """
        )
    }

    @Test func `lines around the block of a resolv-conf are kept, and the host's servers are the default`() {
        let bare = GuestFiles(configuration: GuestConfiguration(hostname: "web"))
        let file = "options rotate\n# --- BEGIN PVE ---\nnameserver 10.9.9.9\n# --- END PVE ---\nmine\n"
        #expect(
            bare.resolver(from: file, host: ("192.0.2.1", nil))
                == "options rotate\n# --- BEGIN PVE ---\nnameserver 192.0.2.1\n# --- END PVE ---\nmine\n"
        )
    }

    @Test func `stanzas of configured interfaces are rewritten and those of others kept`() {
        let before = """
            auto lo
            iface lo inet loopback

            auto eth0
            iface eth0 inet static
            \taddress 192.0.2.5/24

            auto wg0
            iface wg0 inet manual

            """
        let after = fixed.interfaces(from: before)
        #expect(!after.contains("192.0.2.5"))
        #expect(after.contains("auto wg0\niface wg0 inet manual\n"))
        #expect(
            after.hasSuffix(
                """
                auto eth0
                iface eth0 inet static
                \taddress 10.2.0.25/24
                \tgateway 10.2.0.1
                iface eth0 inet6 static
                \taddress 2001:db8:2::25/64
                \tgateway 2001:db8:2::1

                """
            )
        )
        #expect(fixed.interfaces(from: after) == after)
    }
}
