import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite struct `The advice for an error` {
    struct Cause: Sendable, CustomTestStringConvertible {
        var status: Int
        var reason: String
        var who = "mx@pve!ctl"
        var says: [String]
        var never: [String] = []
        var testDescription: String { "\(status) \(reason) (\(who))" }
    }

    static let causes = [
        Cause(
            status: 401, reason: "Authentication failed!", says: ["`pveum user token list mx@pve`", "secret"],
            never: ["password"]),
        Cause(
            status: 401, reason: "authentication failure", who: "mx@pve", says: ["password", "`pveum user list`"],
            never: ["token"]),
        Cause(
            status: 401, reason: "authentication failure", who: "a!b@pve", says: ["password", "`pveum user list`"],
            never: ["token"]),
        Cause(
            status: 401, reason: "Authentication failed!", who: "o'brien!@pve!up",
            says: ["`pveum user token list 'o'\\''brien!@pve'`"]),
        Cause(
            status: 401, reason: "the user has a second factor; use an API token instead", who: "mx@pve",
            says: ["`pveum user token add mx@pve mxprovision --privsep 0`"], never: ["password is correct"]),
        Cause(
            status: 403, reason: "Permission check failed (pool 'sites' does not exist)",
            says: ["`pveum pool add sites`", "`pveum pool list`"], never: ["acl modify"]),
        Cause(
            status: 403, reason: "Permission check failed (pool 'sites/mail/one' does not exist)",
            says: ["`pveum pool add sites`, then `pveum pool add sites/mail`, then `pveum pool add sites/mail/one`"],
            never: ["acl modify"]),
        Cause(
            status: 500, reason: "pool 'nope' does not exist", says: ["`pveum pool add nope`"],
            never: ["checks what exists"]),
        Cause(
            status: 403, reason: "Permission check failed (/vms/150, VM.PowerMgmt)",
            says: ["pveum role add mxprovision-VM.PowerMgmt", "`pveum acl modify /vms/150 --roles", "'mx@pve!ctl'"]),
        Cause(
            status: 403, reason: "Permission check failed (/storage/tank, Datastore.Audit|Datastore.AllocateSpace)",
            says: ["`pveum acl modify /storage/tank"]),
        Cause(
            status: 403,
            reason:
                "Permission check failed (changing feature flags for privileged container is only allowed for root@pam)",
            says: ["Only root@pam itself"]),
        Cause(status: 403, reason: "Permission check failed (user != root@pam)", says: ["Only root@pam itself"]),
        Cause(
            status: 500, reason: "Linked clone feature for 'local:100/base-100-disk-0.raw' is not available",
            says: ["`full: true`"], never: ["journalctl"]),
        Cause(
            status: 500, reason: "parameter 'storage' not allowed for linked clones",
            says: ["`full: true`", "`storage`"],
            never: ["journalctl"]),
        Cause(
            status: 500, reason: "Full clone of a running container is only possible from a snapshot",
            says: ["`pct template`"],
            never: ["journalctl"]),
        Cause(
            status: 500, reason: "Cannot do full clones on a running container without snapshots",
            says: ["`pct template`"],
            never: ["journalctl"]),
        Cause(
            status: 500, reason: "storage 'tank' does not exist", says: ["`pvesm status --content rootdir`"],
            never: ["checks what exists"]),
        Cause(
            status: 500, reason: "storage 'tank' is disabled", says: ["`pvesm status --content rootdir`"],
            never: ["journalctl"]),
        Cause(
            status: 500, reason: "storage 'tank' is not available on node 'pve2'",
            says: ["`pvesm status --content rootdir`"],
            never: ["journalctl"]),
        Cause(
            status: 500, reason: "bridge 'vmbr9' does not exist", says: ["`network: bridge:`"], never: ["journalctl"]),
        Cause(
            status: 500, reason: "hostname lookup 'pve7' failed - failed to get address info for: pve7",
            says: ["`proxmox: node:`"]),
        Cause(status: 500, reason: "cluster not ready - no quorum?", says: ["`pvecm status`"]),
        Cause(status: 500, reason: "CT is locked (backup)", says: ["`pct list`"], never: ["pct unlock"]),
        Cause(
            status: 500, reason: "can't lock file '/run/lock/lxc/pve-config-150.lock' - got timeout",
            says: ["run the command again"], never: ["pct unlock"]),
        Cause(
            status: 500, reason: "cfs-lock 'file-user_cfg' error: got lock request timeout",
            says: ["run the command again"],
            never: ["pct unlock"]),
        Cause(status: 500, reason: "something new", says: ["journalctl"]),
    ]

    @Test(arguments: causes)
    func `matches its cause`(_ cause: Cause) throws {
        let error = APIError(
            WireAnswer(status: cause.status, reason: cause.reason, body: Data()), from: Client.endpoint, who: cause.who)
        let advice = try #require(error.recoverySuggestion)
        for part in cause.says { #expect(advice.contains(part), "\(advice)") }
        for part in cause.never { #expect(!advice.contains(part), "\(advice)") }
        #expect(!advice.contains("…"), "a command with a placeholder cannot be pasted: \(advice)")
    }

    @Test func `names the node's certificate, not the authority's`() {
        let advice = APIError.untrusted(Client.endpoint, pinned: "AA", shown: "BB").recoverySuggestion
        #expect(advice?.contains("`pve-ssl.pem`") == true)
    }

    @Test(arguments: [
        ("mx@pve!up", "mx@pve", true), ("mx@pve", "mx@pve", false), ("a!b@pve", "a!b@pve", false),
        ("a!b@pve!c", "a!b@pve", true), ("a@b@ad!c", "a@b@ad", true),
    ])
    func `distinguishes a token from a user`(who: String, user: String, isToken: Bool) {
        #expect(CallerName.user(of: who) == user && CallerName.isToken(who) == isToken)
    }
}
