import Foundation
import Testing

/// Guests that serve the zones of the lab's hidden primary, made by `Playbooks/secondary-dns.yml`. They have no role and
/// no mail.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `A secondary name server in the lab` {
    struct Guest: Sendable, CustomTestStringConvertible {
        var site: String
        var id: Int
        var template: Int
        var address: String

        var testDescription: String { site }
    }

    /// The hidden primary notifies these addresses.
    private static let guests = [
        Guest(site: "bookworm", id: 195, template: 100, address: "10.2.0.95"),
        Guest(site: "trixie", id: 196, template: 102, address: "10.2.0.96"),
    ]

    private let lab: Lab
    private let primary: String
    private let zones: [String]
    private let keyFile: String

    init() throws {
        let lab = try Lab(inventory: "names")
        func value(_ name: String) throws -> String { try #require(lab.environment["PVELAB_\(name)"]) }
        let primary = try value("HIDDEN_PRIMARY")
        let zones = try value("HIDDEN_ZONES").split(separator: " ").map(String.init)
        let keyFile = try value("HIDDEN_TSIG_FILE")
        (self.lab, self.primary, self.zones, self.keyFile) = (lab, primary, zones, keyFile)
        let sites = try Self.guests.map { guest in
            """
              \(guest.site):
                guest:
                  vmid: \(guest.id)
                  template: \(guest.template)
                  pool: sites
                  hostname: \(guest.site).names.example
                  network: {bridge: vmbr0, address: \(guest.address)/24, gateway: \(try value("GUEST_GATEWAY"))}
            """
        }
        try """
        name: \(lab.inventory)
        playbook: \(FileManager.default.currentDirectoryPath)/Playbooks/secondary-dns.yml
        defaults:
          vars:
            zones: [\(zones.joined(separator: ", "))]
            primary: \(primary)
            tsig_name: \(value("HIDDEN_TSIG_NAME"))
            tsig_algorithm: hmac-sha256
            tsig_secret: {file: \(keyFile)}
          proxmox:
            address: \(value("NODE_ADDRESS"))
            node: \(value("NODE"))
            fingerprint: "\(value("FINGERPRINT"))"
            token: {id: "\(value("TOKEN_ID"))", file: \(value("TOKEN_FILE"))}
          ssh: {identity: \(value("SSH_KEY")), host_key: \(value("TEMPLATE_HOST_KEY"))}
        sites:
        \(sites.joined(separator: "\n"))
        """.write(toFile: lab.folder + "/lab.yml", atomically: true, encoding: .utf8)
    }

    private func dig(_ server: String, _ words: String...) throws -> String {
        try lab.run("dig", ["@\(server)", "+time=2", "+tries=1", "+norecurse"] + words).output
    }

    /// Returns whether a client outside gets the primary's serial number and other data of each zone.
    private func answersAsPrimary(_ guest: Guest) throws -> Bool {
        try zones.allSatisfy { zone in
            let expected = try dig(primary, "+short", zone, "SOA")
            return try expected.contains("ns.lab.example.") && dig(guest.address, "+short", zone, "SOA") == expected
                && dig(guest.address, "+short", "+tcp", "www.\(zone)", "A")
                    == dig(primary, "+short", "www.\(zone)", "A")
        }
    }

    private func up(_ guest: Guest, changed: Int? = nil) throws {
        let up = try lab.mxprovision("up", guest.site)
        try #require(up.status == 0, "\(up.output)")
        if let changed { #expect(up.output.contains(" \(changed) changed"), "\(up.output)") }
    }

    private func inGuest(_ guest: Guest, _ command: String) throws -> String {
        let outcome = try lab.guest(guest.site, guest.id, at: guest.address, command)
        try #require(outcome.status == 0, "\(outcome.output)")
        return outcome.output
    }

    @Test(arguments: guests) func `answers for the zones of a hidden primary`(_ guest: Guest) throws {
        let planned = try lab.mxprovision("plan", guest.site)
        #expect(planned.status == 2, "\(planned.output)")
        try up(guest)
        defer { _ = try? lab.mxprovision("teardown", guest.site, "--yes") }
        #expect(try answersAsPrimary(guest))
        try up(guest, changed: 0)

        try follows(guest)
        try refusesStrangers(guest)
        try keepsTheSecret(guest)
        try isRepaired(guest)
        try isKeptByAnotherRole(guest)

        let teardown = try lab.mxprovision("teardown", guest.site, "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
        #expect(try lab.node("pct status \(guest.id)").status != 0)
        #expect(try dig(guest.address, "+short", zones[0], "SOA").contains("no servers could be reached"))
    }

    /// A change of a zone at the primary arrives by NOTIFY and IXFR.
    private func follows(_ guest: Guest) throws {
        let commands = zones.map { zone in
            """
            server \(primary)
            zone \(zone)
            update add \(guest.site).\(zone). 5 TXT "from the primary"
            send
            """
        }
        let script = lab.folder + "/update"
        try (commands.joined(separator: "\n") + "\n").write(toFile: script, atomically: true, encoding: .utf8)
        let update = try lab.run("nsupdate", ["-k", keyFile + ".conf", script])
        try #require(update.status == 0, "\(update.output)")
        for zone in zones {
            let arrives = try lab.eventually {
                try dig(guest.address, "+short", "\(guest.site).\(zone)", "TXT") == "\"from the primary\"\n"
            }
            #expect(arrives, "\(guest.site).\(zone)")
        }
        #expect(try answersAsPrimary(guest))
    }

    private func refusesStrangers(_ guest: Guest) throws {
        for zone in zones {
            let transfer = try dig(guest.address, "+comments", zone, "AXFR")
            #expect(transfer.contains("status: REFUSED") && !transfer.contains("www"), "\(transfer)")
        }
        let other = try dig(guest.address, "+recurse", "yourdomain.net", "A")
        #expect(other.contains("status: REFUSED") && !other.contains("flags: qr rd ra"), "\(other)")
    }

    /// The key is in no output, no file of the product, and readable only by root in the guest.
    private func keepsTheSecret(_ guest: Guest) throws {
        let secret = try String(contentsOfFile: keyFile, encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(
            try inGuest(guest, "grep -rl '\(secret)' /etc /var/lib /run 2>/dev/null")
                == "/etc/nsd/mxprovision-key.conf\n")
        #expect(try inGuest(guest, "stat -c '%a %U' /etc/nsd/mxprovision-key.conf") == "600 root\n")
        _ = try inGuest(guest, "echo >>/etc/nsd/mxprovision-key.conf")
        for words in [
            ["plan", guest.site, "--verbose"], ["plan", guest.site, "--json"], ["up", guest.site, "--verbose"],
        ] {
            let outcome = try lab.mxprovision(words)
            #expect(outcome.output.contains("mxprovision-key.conf") && !outcome.output.contains(secret))
        }
        #expect(try lab.run("grep", ["-rl", secret, lab.folder + "/state"]).output == "")
        #expect(try answersAsPrimary(guest))
    }

    private func isRepaired(_ guest: Guest) throws {
        for damage in [
            "systemctl disable --now nsd", "echo 'server: nonsense' >/etc/nsd/nsd.conf",
            "rm /etc/nsd/mxprovision-key.conf",
            "chmod 644 /etc/nsd/mxprovision-key.conf", "ufw --force disable", "ufw delete allow 53/udp",
            "ufw default allow incoming", "apt-get -qq remove --yes nsd",
        ] {
            _ = try inGuest(guest, damage)
            let plan = try lab.mxprovision("plan", guest.site)
            #expect(plan.status == 2, "\(damage): \(plan.output)")
            try up(guest)
            #expect(try answersAsPrimary(guest), "\(damage)")
            try up(guest, changed: 0)
        }
        let rules = try inGuest(guest, "ufw status")
        #expect(rules.contains("53/udp") && rules.contains("53/tcp") && !rules.contains("25/tcp"), "\(rules)")
    }

    /// A playbook of another role would not save what only this guest has, so its commands change nothing.
    private func isKeptByAnotherRole(_ guest: Guest) throws {
        let path = lab.folder + "/lab.yml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        defer { try? text.write(toFile: path, atomically: true, encoding: .utf8) }
        try lab.replace(
            "playbook: .*",
            by: """
                domain: yourdomain.net
                primary: {name: mail.yourdomain.net, address: 10.1.0.12}
                recipients: [you@yourdomain.net]
                alerts: ops@sender.example
                """)
        for words in [["up", guest.site], ["rebuild", guest.site, "--yes"], ["teardown", guest.site, "--yes"]] {
            let outcome = try lab.mxprovision(words)
            #expect(outcome.status == 64, "\(words): \(outcome.output)")
            #expect(outcome.output.contains("guest \(guest.id) of \(guest.site) was made for another role"))
        }
        #expect(try answersAsPrimary(guest))
    }
}
