import Foundation
import Testing

@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `A firewall outside the guest in the lab` {
    /// A listener besides Postfix on a port that no rule permits.
    private static let listen = """
        postconf -M 2525/inet='2525 inet n - n - - smtpd' && postfix reload 2>/dev/null
        for i in $(seq 100); do ss -ltnH 'sport = :2525' | grep . && break; sleep 0.1; done
        """

    /// Returns a lab with one site, whose id and address no other test uses.
    private func lab(site: String, id: Int, address: String, firewall: String) throws -> Lab {
        let lab = try Lab()
        try lab.replace("  bare:\n", by: "  \(site):\n    firewall: [\(firewall)]\n")
        try lab.replace("vmid: 110", by: "vmid: \(id)")
        try lab.replace(#"address: 10.2.0.25/24"#, by: "address: \(address)/24")
        let key = ProcessInfo.processInfo.environment["PVELAB_NODE_HOST_KEY"] ?? ""
        try lab.replace("ssh: \\{", by: "ssh: {node: {host_key: \(key)}, ")
        return lab
    }

    @Test func `on the Proxmox container lets only mail in after the proof, and is repaired`() throws {
        let lab = try lab(site: "walled", id: 130, address: "10.2.0.30", firewall: "proxmox")
        let rules = "pvesh get /nodes/pve2/lxc/130/firewall/rules"
        let first = try lab.firstConnection(to: "10.2.0.30", then: rules) {
            let up = try lab.mxprovision("up", "walled")
            try #require(up.status == 0, "\(up.output)")
            #expect(up.output.contains("lacks Sys.Audit on /"), "\(up.output)")
        }
        #expect(first.contains("SMTP"), "port 25 was open before the proof: \(first)")
        #expect(
            try lab.guest("walled", 130, at: "10.2.0.30", "command -v ufw && ufw status").output.contains("inactive"))
        #expect(try lab.answer(at: "10.2.0.30", to: "you@yourdomain.net").contains("<-  250 2.1.5 Ok"))
        #expect(try lab.guest("walled", 130, at: "10.2.0.30", Self.listen).output.contains(":2525"))
        #expect(try !lab.isOpen(2525, at: "10.2.0.30"))

        let again = try lab.mxprovision("up", "walled")
        #expect(again.status == 0 && again.output.contains(" 0 changed"), "\(again.output)")

        let drift = try lab.node(
            """
            pvesh set /nodes/pve2/lxc/130/firewall/rules/0 --enable 0 &&
            pvesh create /nodes/pve2/lxc/130/firewall/rules --type in --action DROP --proto tcp --dport 25 --enable 1 \
            --comment theirs
            """)
        try #require(drift.status == 0, "\(drift.output)")
        #expect(try lab.eventually { try !lab.isOpen(25, at: "10.2.0.30") })
        let plan = try lab.mxprovision("plan", "walled")
        #expect(plan.status == 2 && plan.output.contains("smtp: ACCEPT SMTP (off) → ACCEPT 25/tcp"), "\(plan.output)")
        let repair = try lab.mxprovision("up", "walled")
        #expect(repair.status == 0 && repair.output.contains(" 1 changed"), "\(repair.output)")
        #expect(try lab.eventually { try lab.isOpen(25, at: "10.2.0.30") })
        #expect(try lab.node(rules).output.contains("theirs"))

        let teardown = try lab.mxprovision("teardown", "walled", "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
        #expect(try lab.node(rules).output == "[]\n")
    }

    @Test func `on the Proxmox container is an error if the datacenter's firewall is off`() throws {
        let lab = try lab(site: "walled", id: 130, address: "10.2.0.30", firewall: "guest, proxmox")
        let password = "/var/lib/pvelab/root-password"
        try lab.replace("token: \\{[^}]*\\}", by: "login: {user: root@pam, file: \(password)}")
        let off = try lab.node("pvesh set /cluster/firewall/options --enable 0")
        #expect(off.status == 0, "\(off.output)")
        let plan = try lab.mxprovision("plan", "walled")
        let on = try lab.node("pvesh set /cluster/firewall/options --enable 1")
        try #require(on.status == 0, "\(on.output)")
        #expect(plan.status == 1 && plan.output.contains("disabled for the whole datacenter"), "\(plan.output)")
        #expect(plan.output.contains("`pvesh set /cluster/firewall/options --enable 1`"), "\(plan.output)")
        #expect(try lab.mxprovision("plan", "walled").status == 2)
    }

    @Test func `on the node lets only mail through after the proof, and is repaired`() throws {
        let lab = try lab(site: "routed", id: 131, address: "10.2.0.230", firewall: "node")
        let early = try lab.mxprovision("plan", "routed")
        #expect(early.status == 1 && early.output.contains("ufw is inactive on 10.2.0.1"), "\(early.output)")
        // The rules permit what the node serves, and the other tests' guests.
        let on = try lab.node(
            """
            ufw default allow incoming && ufw route allow from 10.2.0.0/24 && ufw route allow to 10.2.0.0/25 &&
            ufw route allow from any to 10.1.0.0/24 && ufw route allow proto tcp to 10.2.0.99 port 25 &&
            ufw default deny routed && ufw --force enable
            """)
        defer { _ = try? lab.node("ufw --force reset") }
        try #require(on.status == 0, "\(on.output)")

        let up = try lab.mxprovision("up", "routed")
        try #require(up.status == 0, "\(up.output)")
        #expect(try lab.answer(at: "10.2.0.230", to: "you@yourdomain.net").contains("<-  250 2.1.5 Ok"))
        #expect(try lab.guest("routed", 131, at: "10.2.0.230", Self.listen).output.contains(":2525"))
        #expect(try !lab.isOpen(2525, at: "10.2.0.230"))
        let again = try lab.mxprovision("up", "routed")
        #expect(again.status == 0 && again.output.contains(" 0 changed"), "\(again.output)")

        #expect(try lab.node("ufw route delete allow proto tcp to 10.2.0.230 port 25").status == 0)
        #expect(try !lab.isOpen(25, at: "10.2.0.230"))
        let plan = try lab.mxprovision("plan", "routed")
        #expect(plan.status == 2 && plan.output.contains("25/tcp to 10.2.0.230: allowed"), "\(plan.output)")
        let repair = try lab.mxprovision("up", "routed")
        #expect(repair.status == 0 && repair.output.contains(" 1 changed"), "\(repair.output)")
        #expect(try lab.isOpen(25, at: "10.2.0.230"))

        let teardown = try lab.mxprovision("teardown", "routed", "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
        let left = try lab.node("ufw show added").output
        #expect(!left.contains("mxprovision") && left.contains("10.2.0.99"), "\(left)")
    }
}

extension Lab {
    /// Returns the output of a command on the node at the moment when port 25 of an address first accepts a connection,
    /// or an empty text if that does not happen within a minute after `body`.
    fileprivate func firstConnection(to address: String, then command: String, during body: () throws -> Void) throws
        -> String
    {
        let over = folder + "/over"
        let script = """
            tries=60
            until swaks --server \(address):25 --timeout 1 --quit-after CONNECT >/dev/null 2>&1; do
                [ ! -e \(over) ] || tries=$((tries - 1))
                [ "$tries" -gt 0 ] || exit 1
                sleep 0.2
            done
            exec ssh "$@"
            """
        let prober = Process()
        prober.executableURL = URL(filePath: "/bin/bash")
        prober.arguments = ["-c", script, "bash"] + (try nodeArguments(command))
        let pipe = Pipe()
        prober.standardOutput = pipe
        try prober.run()
        try body()
        try Data().write(to: URL(filePath: over))
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        prober.waitUntilExit()
        return said
    }
}
