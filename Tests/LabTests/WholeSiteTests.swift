import Foundation
import Testing

extension `A backup MX in the lab` {
    /// Everything that an inventory can contain, at one site: each part needs the others.
    @Suite struct `with all external resources` {
        private static let host = "mail-backup-3.yourdomain.net"
        private static let address = "10.2.0.34"
        private static let id = 134

        private let lab: Lab
        private let gateway: LabGateway

        init() throws {
            lab = try Lab()
            gateway = try LabGateway(lab)
            func value(_ name: String) throws -> String { try #require(lab.environment["PVELAB_\(name)"]) }
            try lab.replace("  bare:\n", by: "  whole:\n    firewall: [guest, proxmox]\n")
            try lab.replace("vmid: 110", by: "vmid: \(Self.id)")
            try lab.replace(#"address: 10\.2\.0\.25"#, by: "address: \(Self.address)")
            try lab.replace("hostname: mail-backup.yourdomain.net", by: "hostname: \(Self.host)")
            try lab.replace("ssh: \\{", by: "ssh: {node: {host_key: \(value("NODE_HOST_KEY"))}, ")
            try lab.replace(
                #"address: 10\.1\.0\.12\}"#,
                by: """
                    address: 10.1.0.12, vpn: {peer: 10.1.0.1}, \
                    ssh: {host_key: \(value("PRIMARY_HOST_KEY")), user: root, identity: \(value("SSH_KEY"))}}
                    """)
            try lab.replace(#"recipients: \[.*\]"#, by: "recipients: {postfixadmin: {database: postgresql}}")
            try lab.replace(
                "    firewall: \\[guest",
                by: """
                        dns: {addresses: \(gateway.publicAddress), preference: 30}
                        certificate:
                          acme: {challenge: http-01, directory: \(value("ACME_DIRECTORY")), authority: \(value("ACME_CA"))}
                        router:
                          unifi: {address: \(gateway.address), fingerprint: "\(gateway.fingerprint)", key: {file: \(gateway.keyFile)}}
                        firewall: [guest
                    """)
            try lab.updateZone()
        }

        @Test func `is created in one run, unchanged by the next, repaired everywhere, and removed`() throws {
            let (zone, byHand) = (try lab.zone(), try gateway.forwards())
            for forward in byHand { try gateway.remove(forward) }
            defer { try? gateway.restore(byHand) }

            let up = try lab.upIssuing("whole")
            try #require(up.status == 0, "\(up.output)")
            let again = try lab.mxprovision("up", "whole")
            #expect(again.status == 0 && again.output.contains(" 0 changed"), "\(again.output)")
            try doesItsWork()
            try printsJSON()

            let broken = try breakEverything()
            let plan = try lab.mxprovision("plan", "whole")
            #expect(plan.status == 2)
            for part in broken { #expect(plan.output.contains(part), "\(part): \(plan.output)") }
            let repair = try lab.mxprovision("up", "whole")
            #expect(repair.status == 0, "\(repair.output)")
            #expect(try lab.mxprovision("plan", "whole").status == 0)
            try doesItsWork()

            let teardown = try lab.mxprovision("teardown", "whole", "--yes")
            #expect(teardown.status == 0, "\(teardown.output)")
            try lab.zone(isStill: zone)
            #expect(try gateway.forwards().isEmpty)
            #expect(try !lab.node("pct list").output.contains(String(Self.id)))
        }

        /// Checks the site from the internet by its public address. The certificate is issued by the lab's authority.
        private func doesItsWork() throws {
            let verified = try lab.mxprovision("verify", "whole", "--only", "smtp", "recipients", "strangers", "dns")
            // The lab's PTR record of the public address belongs to another guest.
            let failures = verified.output.split(separator: "\n").filter { $0.contains("✗") }
            #expect(failures.allSatisfy { $0.contains("PTR of ") }, "\(verified.output)")
            let status = try lab.mxprovision("status", "whole").output
            #expect(status.contains("tls       by CN=Pebble Intermediate CA"), "\(status)")
            #expect(status.contains(/list      \d+, from the primary/), "\(status)")
            #expect(status.contains(/primary   answers/), "\(status)")
            #expect(status.contains("router    up to date") && status.contains("proxmox-firewall up to date"))
        }

        /// Runs the commands that no other test runs with `--json`. `Lab.run` compares all lines with their schema.
        private func printsJSON() throws {
            func last(_ words: String..., status: Int32 = 0) throws -> Lab.Event? {
                let outcome = try lab.mxprovision([words[0], "whole", "--json"] + words.dropFirst())
                #expect(outcome.status == status, "\(words): \(outcome.output)")
                return try lab.events(in: outcome.output).last
            }
            let withdrawn = try last("dns", "--withdraw")
            #expect(withdrawn?.event == "withdrawn" && withdrawn?.changes?.map(\.subject) == ["yourdomain.net MX"])
            let published = try last("dns", "--apply")
            #expect(published?.event == "published" && published?.changes?.map(\.subject) == ["yourdomain.net MX"])
            // The lab's PTR record of the public address belongs to another guest.
            #expect(try last("dns", "--check", status: 2)?.event == "dns")
            #expect(try last("dns")?.event == "zone")
            #expect(try last("recipients", "--script")?.event == "script")
            #expect(try last("up", "--verbose")?.event == "finished")
            let status = try lab.mxprovision("status", "whole", "--json").output
            #expect(
                ["\"dns\":{", "\"ingress\":[{", "\"recipients\":{", "\"alerts\":{"].allSatisfy { status.contains($0) })
        }

        /// Breaks one thing of each part, as an administrator or another program would.
        ///
        /// - Returns: The changes that `plan` must report.
        private func breakEverything() throws -> [String] {
            let guest = try lab.guest(
                "whole", Self.id, at: Self.address,
                """
                postconf -e relay_domains=evil.example && rm -f /etc/letsencrypt/renewal-hooks/deploy/* && \
                ufw delete allow 25/tcp >/dev/null && systemctl disable --now mxprovision-recipients.timer 2>/dev/null
                """)
            #expect(guest.status == 0, "\(guest.output)")
            let node = try lab.node("pvesh delete /nodes/pve2/lxc/\(Self.id)/firewall/rules/0")
            #expect(node.status == 0, "\(node.output)")
            for forward in try gateway.forwards() { try gateway.remove(forward) }
            let key = try #require(lab.environment["PVELAB_TSIG_FILE"])
            let name = try #require(lab.environment["PVELAB_TSIG_NAME"])
            let secret = try String(contentsOfFile: key, encoding: .utf8).trimmingCharacters(in: .newlines)
            let server = try #require(lab.environment["PVELAB_NAMESERVER"])
            let update = lab.folder + "/update"
            try "server \(server)\nkey hmac-sha256:\(name) \(secret)\nupdate delete \(Self.host) A\nsend\n"
                .write(toFile: update, atomically: true, encoding: .utf8)
            let deleted = try lab.run("nsupdate", [update])
            #expect(deleted.status == 0, "\(deleted.output)")
            return ["relay_domains: evil.example", "25/tcp: allowed", "smtp", "\(Self.host) A"]
        }
    }
}
