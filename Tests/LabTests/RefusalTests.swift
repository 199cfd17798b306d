import Foundation
import Testing

/// What `up` says where the world is not as the inventory tells, and that nothing has been made then.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .timeLimit(.minutes(5)))
struct `A mistake that only Proxmox can see` {
    /// One word of the inventory, replaced; and what is to be said.
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
            "does not let sitectl@pve!other in", "`pveum user token list`"),
        Case(
            "a wrong secret", #"file: [^}\n]*token"#, "file: WRONG",
            "does not let sitectl@pve!ctl in", "`pveum user token list`"),
        Case(
            "another certificate", #"fingerprint: "..:..:..:..:"#, #"fingerprint: "00:00:00:00:"#,
            "shows another certificate than the inventory's", "pinned  00:00:00:00:", "`pvenode cert info`"),
        Case(
            "a node that is down", "address: 10.2.0.1\n", "address: 10.2.0.99\n",
            "the Proxmox API at 10.2.0.99:8006 cannot be reached", "No route to host", "See that the node is up"),
        Case(
            "a node of another name", "node: pve2", "node: pve7", "hostname lookup 'pve7' failed",
            "Set `proxmox: node:`"),
        Case(
            "a foreign guest", "vmid: 133", "vmid: 101",
            "guest 101 on pve2 is not ours", "its notes carry no mark", "Choose another `vmid`"),
        Case(
            "a template that is not there", "template: 100", "template: 999",
            "there is no template 999 on pve2", "Set `template` in the inventory"),
        Case(
            "a pool without rights", "pool: sites", "pool: others",
            "may not clone: it lacks VM.Allocate on /pool/others", "`pveum acl modify /pool/others"),
    ]

    @Test(arguments: cases)
    func `is told, and nothing is made`(_ mistake: Case) throws {
        let lab = try Lab()
        // A site that no other test makes.
        try lab.replace("  bare:\n", by: "  refused:\n")
        try lab.replace("vmid: 110", by: "vmid: 133")
        try lab.replace("address: 10.2.0.25/24", by: "address: 10.2.0.33/24")
        let wrong = lab.folder + "/wrong-token"
        try "00000000-0000-0000-0000-000000000000".write(toFile: wrong, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: wrong)
        try lab.replace(mistake.pattern, by: mistake.replacement.replacing("WRONG", with: wrong))

        let up = try lab.mxprovision("up", "refused")
        #expect(up.status == 1, "\(up.output)")
        for part in mistake.message { #expect(up.output.contains(part), "\(up.output)") }
        #expect(!up.output.contains("clones"), "\(up.output)")
    }
}
