import Foundation
import Testing

@testable import Engine

/// Guests created from an OS template, by `pct create` and by the API, as an operator creates a template.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `A guest from an OS template in the lab` {
    private static let (byCommand, byAPI) = (186, 187)
    private static let addresses = [byCommand: "10.2.0.91", byAPI: "10.2.0.92"]
    private static let debian12 = "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst"
    private static let debian13 = "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"

    private let lab: Lab
    /// The only key that the new guests accept.
    private let key: String
    private let api: RootSession

    init() throws {
        lab = try Lab(inventory: "ostemplates")
        key = lab.folder + "/own"
        let made = try lab.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "own", "-f", key])
        try #require(made.status == 0, "\(made.output)")
        api = try RootSession(lab)
        try remove()
    }

    private func remove() throws {
        for id in Self.addresses.keys.sorted() {
            _ = try lab.node("pct stop \(id); pct destroy \(id) --force 1 --purge 1")
            try #require(try lab.eventually { try lab.node("pct status \(id)").status != 0 })
        }
    }

    private func card(_ id: Int) -> String {
        "name=eth0,bridge=vmbr0,ip=\(Self.addresses[id] ?? "")/24,gw=\(lab.environment["PVELAB_GUEST_GATEWAY"] ?? "")"
    }

    /// Creates a guest with `pct create`.
    ///
    /// - Returns: The log.
    private func createByCommand() throws -> String {
        let text = try String(contentsOfFile: key + ".pub", encoding: .utf8)
        let created = try lab.node(
            """
            echo '\(text.trimmingCharacters(in: .newlines))' > /tmp/own.pub
            pct create \(Self.byCommand) \(Self.debian12) --hostname made.yourdomain.net --storage local-lvm \
                --unprivileged 1 --features nesting=1 --net0 \(card(Self.byCommand)) --ssh-public-keys /tmp/own.pub
            """)
        try #require(created.status == 0, "\(created.output)")
        return created.output
    }

    /// Creates a guest with the API.
    ///
    /// - Returns: The log.
    private func createByAPI() throws -> String {
        let order = [
            "vmid": "\(Self.byAPI)", "ostemplate": Self.debian13, "rootfs": "local-lvm:2", "net0": card(Self.byAPI),
            "features": "nesting=1", "unprivileged": "1", "hostname": "ordered", "start": "1", "password": "secret",
            "ssh-public-keys": try String(contentsOfFile: key + ".pub", encoding: .utf8),
        ]
        let upid = try #require(try api.call("POST", "lxc", order) as? String)
        #expect(
            try lab.eventually {
                let status = try api.call("GET", "tasks/\(upid)/status") as? [String: Any]
                return status?["status"] as? String == "stopped"
            })
        let lines = try #require(try api.call("GET", "tasks/\(upid)/log?limit=0") as? [[String: Any]])
        return lines.compactMap { $0["t"] as? String }.joined(separator: "\n") + "\n"
    }

    private func fingerprint(inLog log: String) throws -> String {
        let pair =
            #/Creating SSH host key 'ssh_host_ed25519_key' - this may take some time \.\.\.\ndone: (SHA256:\S+) root@/#
        return String(try #require(log.firstMatch(of: pair), "\(log)").output.1)
    }

    /// Returns the fingerprint of the key that the guest's sshd presents.
    private func scannedFingerprint(_ id: Int) throws -> String {
        let scan = "ssh-keyscan -t ed25519 \(Self.addresses[id] ?? "") 2>/dev/null | ssh-keygen -lf -"
        var shown = ""
        #expect(
            try lab.eventually {
                shown = try lab.run("sh", ["-c", scan]).output
                return shown.contains("SHA256:")
            }, "guest \(id)")
        return shown.split(separator: " ").first { $0.hasPrefix("SHA256:") }.map(String.init) ?? shown
    }

    private func ssh(_ id: Int, with identity: String, _ command: String) throws -> Lab.Outcome {
        try lab.run(
            "ssh",
            [
                "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-i", identity,
                "root@\(Self.addresses[id] ?? "")", command,
            ])
    }

    @Test func `has its own host keys and becomes a template for clones`() throws {
        let logs = [Self.byCommand: try createByCommand(), Self.byAPI: try createByAPI()]
        #expect(try lab.node("pct start \(Self.byCommand)").status == 0)
        let template = try lab.run(
            "sh", ["-c", "echo \"$PVELAB_TEMPLATE_HOST_KEY\" | ssh-keygen -lf - | cut -d ' ' -f 2"]
        ).output.trimmingCharacters(in: .newlines)
        var shown: Set<String> = [template]
        for (id, log) in logs {
            let fingerprint = try scannedFingerprint(id)
            #expect(try fingerprint == self.fingerprint(inLog: log))
            shown.insert(fingerprint)
        }
        #expect(shown.count == 3 && template.hasPrefix("SHA256:"), "\(shown)")

        let look = "cat /etc/hostname /etc/machine-id; getent hosts made; systemctl is-system-running --wait; ip route"
        let made = try ssh(Self.byCommand, with: key, look)
        #expect(
            made.output.contains(/\Amade\n[0-9a-f]{32}\n10\.2\.0\.91 +made\.yourdomain\.net made\nrunning\n/), "\(made)"
        )
        #expect(made.output.contains("default via 10.2.0.1 dev eth0"), "\(made)")
        let ordered = try ssh(
            Self.byAPI, with: key,
            "sed -n 's/^root:\\(...\\).*/\\1/p' /etc/shadow; cat /etc/debian_version; systemctl is-system-running --wait"
        )
        #expect(ordered.output.contains(/\A\$6\$\n13\.\d+\nrunning\n/), "\(ordered)")
        let stranger = try ssh(Self.byCommand, with: lab.environment["PVELAB_SSH_KEY"] ?? "", "true")
        #expect(stranger.status == 255 && stranger.output.contains("Permission denied"), "\(stranger)")

        try bringUpClone()
        try remove()
    }

    /// Creates a site from the guest with an address from DHCP.
    private func bringUpClone() throws {
        let hostKey = try lab.node("pct exec \(Self.byCommand) -- cat /etc/ssh/ssh_host_ed25519_key.pub").output
            .trimmingCharacters(in: .newlines)
        let template = try lab.node(
            """
            pct stop \(Self.byCommand) && pct template \(Self.byCommand) && pveum acl modify /vms/\(Self.byCommand) \
                --users sitectl@pve --tokens 'sitectl@pve!ctl' --roles PVETemplateUser
            """)
        try #require(template.status == 0, "\(template.output)")
        try lab.replace("identity: [^,]+, host_key: [^}]+", by: "identity: \(key), host_key: \(hostKey)")
        try lab.replace("vmid: 110", by: "vmid: 188")
        // A guest without a known address must not have the host name of another suite's.
        try lab.replace("hostname: mail-backup.yourdomain.net", by: "hostname: mail-188.yourdomain.net")
        try lab.replace("template: 100", by: "template: \(Self.byCommand)")
        try lab.replace(#"address: 10\.2\.0\.25/24, gateway: [0-9.]+"#, by: "address: dhcp")
        let up = try lab.mxprovision("up", "bare")
        #expect(up.status == 0, "\(up.output)")
        let interfaces = try lab.node("pct exec 188 -- ip -4 -brief addr show eth0").output
        let address = interfaces.firstMatch(of: /10\.2\.0\.1[23]\d/).map { String($0.output) }
        #expect(
            try lab.answer(at: address ?? "", to: "you@yourdomain.net").contains("<-  250 2.1.5 Ok"), "\(interfaces)")
        #expect(try lab.mxprovision("plan", "bare").status == 0)
        let teardown = try lab.mxprovision("teardown", "bare", "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
    }
}

/// Calls of the node's API over TLS, with a ticket of root@pam.
private struct RootSession {
    private let lab: Lab
    private let base: String
    private var headers: [String] = []

    init(_ lab: Lab) throws {
        self.lab = lab
        base = try #require(lab.environment["PVELAB_API"]) + "/api2/json"
        let password = try String(contentsOfFile: lab.world + "/root-password", encoding: .utf8)
        let form = ["username": "root@pam", "password": password.trimmingCharacters(in: .newlines)]
        let answer = try #require(try send("POST", "/access/ticket", form) as? [String: Any])
        headers = [
            "Cookie: PVEAuthCookie=\(answer["ticket"] ?? "")",
            "CSRFPreventionToken: \(answer["CSRFPreventionToken"] ?? "")",
        ]
    }

    /// Returns the data of a call below the node. An error response fails the test.
    func call(_ method: String, _ path: String, _ form: [String: String] = [:]) throws -> Any? {
        try send(method, "/nodes/\(lab.environment["PVELAB_NODE"] ?? "")/\(path)", form)
    }

    private func send(_ method: String, _ path: String, _ form: [String: String]) throws -> Any? {
        let words =
            ["--silent", "--show-error", "--cacert", lab.environment["PVELAB_CA"] ?? "", "--request", method]
            + headers.flatMap { ["--header", $0] } + form.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }
        let answer = try lab.run("curl", words + [base + path])
        let object = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
        return try #require(object?["data"], "\(method) \(path): \(answer.output)")
    }
}
