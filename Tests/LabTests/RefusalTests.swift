import Foundation
import Testing

/// The errors of `up` if Proxmox differs from the inventory. Nothing may be created then.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `An inventory that does not match Proxmox` {
    /// One replacement in the inventory and the expected message.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pattern: String
        var replacement: String
        var message: [String]

        init(_ name: String, _ pattern: String, _ replacement: String, _ message: String...) {
            (testDescription, self.pattern, self.replacement, self.message) = (name, pattern, replacement, message)
        }
    }

    static let cases = [
        Case(
            "a token that is not known", "sitectl@pve!ctl", "sitectl@pve!other",
            "rejects the credentials of sitectl@pve!other", "`pveum user token list sitectl@pve`"),
        Case(
            "a wrong secret", #"file: [^}\n]*token"#, "file: WRONG",
            "rejects the credentials of sitectl@pve!ctl", "`pveum user token list sitectl@pve`"),
        Case(
            "another certificate", #"fingerprint: "..:..:..:..:"#, #"fingerprint: "00:00:00:00:"#,
            "does not match the `fingerprint` in the inventory", "pinned  00:00:00:00:", "`pvenode cert info`"),
        Case(
            "a node that is down", "address: 10.2.0.1\n", "address: 10.2.0.99\n",
            "the Proxmox API at 10.2.0.99:8006 cannot be reached", "No route to host", "Check that the node is up"),
        Case(
            "a node of another name", "node: pve2", "node: pve7", "hostname lookup 'pve7' failed",
            "Set `proxmox: node:`"),
        Case(
            "a foreign guest", "vmid: 119", "vmid: 101",
            "guest 101 on pve2 does not belong to this site", "its notes contain no ownership marker",
            "choose another `vmid`"),
        Case(
            "a template that is not there", "template: 100", "template: 999",
            "the template 999 does not exist on pve2", "Set `template` in the inventory"),
        Case(
            "a pool that is not there", "pool: sites", "pool: others", "pool 'others' does not exist",
            "`pveum pool add others`"),
        Case(
            "a nested pool that is not there", "pool: sites", "pool: sites/mail", "pool 'sites/mail' does not exist",
            "`pveum pool add sites`, then `pveum pool add sites/mail`"),
        Case(
            "a bridge that is not there", "bridge: vmbr0", "bridge: vmbr9", "SDN.Use on /sdn/zones/localnetwork/vmbr9",
            "pveum acl modify /sdn/zones/localnetwork/vmbr9"),
        Case(
            "a gateway that the guest does not reach", "gateway: 10.2.0.1", "gateway: 10.3.0.1",
            "expected an address within 10.2.0.29/24"),
    ]

    /// The release is known only in the guest.
    @Test func `fails for a release that the playbook does not support, and destroys the clone`() throws {
        let lab = try lab()
        try lab.replace("template: 100", by: "template: 103")
        let up = try lab.mxprovision("up", "bare")
        #expect(up.status == 1, "\(up.output)")
        #expect(up.output.contains("runs Ubuntu 24.04.2 LTS, which the playbook does not support"), "\(up.output)")
        #expect(up.output.contains("it supports debian 12 and debian 13"), "\(up.output)")
        #expect(try lab.mxprovision("status", "bare").output.contains("guest     none"))
    }

    /// Other suites run in parallel and have their own guests.
    private func lab() throws -> Lab {
        let lab = try Lab(inventory: "refusals")
        try lab.replace("vmid: 110", by: "vmid: 119")
        try lab.replace(#"10\.2\.0\.25"#, by: "10.2.0.29")
        return lab
    }

    @Test(arguments: cases)
    func `fails with an error and creates nothing`(_ mistake: Case) throws {
        let lab = try lab()
        let wrong = lab.folder + "/wrong-token"
        try "00000000-0000-0000-0000-000000000000".write(toFile: wrong, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: wrong)
        try lab.replace(mistake.pattern, by: mistake.replacement.replacing("WRONG", with: wrong))

        let up = try lab.mxprovision("up", "bare")
        #expect([1, 65].contains(up.status), "\(up.output)")
        for part in mistake.message { #expect(up.output.contains(part), "\(up.output)") }
        #expect(!up.output.contains("waiting for Proxmox to clone"), "\(up.output)")
    }

    /// In each case the guest is created. The fault is repaired before the next case.
    @Test func `fails with an error if the new guest cannot reach the expected state`() throws {
        let lab = try lab()
        let clone = "/nodes/pve2/lxc/100/clone?newid=119"
        #expect(try lab.pvelab("fault", "api", "POST", clone, "full").status == 0)
        let full = try lab.mxprovision("up", "bare")
        #expect(full.status == 1, "\(full.output)")
        #expect(full.output.contains("Proxmox could not clone container 100 to 119"), "\(full.output)")
        #expect(full.output.contains("No space left on device"), "\(full.output)")
        #expect(try lab.mxprovision("status", "bare").output.contains("guest     none"))

        let inventory = try String(contentsOfFile: lab.folder + "/lab.yml", encoding: .utf8)
        let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf"
        try lab.replace("host_key: ssh-ed25519 [A-Za-z0-9+/=]+", by: "host_key: \(other)")
        let impostor = try lab.mxprovision("up", "bare")
        #expect(impostor.status == 1, "\(impostor.output)")
        #expect(impostor.output.contains(/the ssh host key of \S+ has changed/), "\(impostor.output)")
        #expect(impostor.output.contains("ssh-keygen -lf"), "\(impostor.output)")
        try inventory.write(toFile: lab.folder + "/lab.yml", atomically: true, encoding: .utf8)

        let playbook = lab.folder + "/playbook.yml"
        try "name: x\nsteps:\n- id: extra\n  packages: {names: [no-such-package]}\n"
            .write(toFile: playbook, atomically: true, encoding: .utf8)
        let missing = try lab.mxprovision("up", "bare", "--playbook", playbook)
        #expect(missing.status == 1, "\(missing.output)")
        #expect(missing.output.contains("step `extra` failed (exit status 100)"), "\(missing.output)")
        #expect(missing.output.contains("Unable to locate package no-such-package"), "\(missing.output)")

        let teardown = try lab.mxprovision("teardown", "bare", "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
    }
}
