import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite struct `An error response` {
    private func error(_ status: Int, _ reason: String, body: String = "") -> APIError {
        APIError(
            WireAnswer(status: status, reason: reason, body: Data(body.utf8)),
            from: Client.endpoint,
            who: "mx@pve!ctl"
        )
    }

    @Test func `for invalid parameters names each with its error`() {
        let body = #"{"data":null,"message":"Parameter verification failed.\n","errors":{"newid":"not an integer"}}"#
        let error = error(400, "Parameter verification failed.", body: body)
        #expect(error == .invalid(reason: "Parameter verification failed.", errors: ["newid": "not an integer"]))
        #expect(error.failureReason == "Parameter verification failed.\nnewid: not an integer")
    }

    @Test func `for missing privileges names the caller, privilege and path`() {
        let error = error(403, "Permission check failed (/vms/150, VM.PowerMgmt)")
        #expect(error.errorDescription == "mx@pve!ctl lacks VM.PowerMgmt on /vms/150")
        #expect(error.recoverySuggestion?.contains("`pveum acl modify /vms/150") == true)
    }

    @Test(arguments: ["Permission check failed", "Permission check failed (user != root@pam)"])
    func `for missing privileges without a path has Proxmox's own text`(reason: String) {
        let error = error(403, reason)
        #expect(error == .forbidden(who: "mx@pve!ctl", path: nil, privileges: nil, reason: reason))
        #expect(error.failureReason == reason)
    }

    @Test(arguments: [
        ("Configuration file 'nodes/pve1/lxc/150.conf' does not exist", "missing"),
        ("storage 'x' does not exist", "missing"),
        ("CT 150 already exists on node 'pve1'", "taken"), ("VM 150 already exists on node 'pve1'", "taken"),
        ("CT is locked (backup)", "locked"),
        ("can't lock file '/run/lock/lxc/pve-config-150.lock' - got timeout", "locked"),
        ("cfs-lock 'file-user_cfg' error: got lock request timeout", "locked"),
        ("CT 150 already running", "alreadyRunning"), ("CT 150 not running", "notRunning"),
        ("VM 150 not running", "notRunning"), ("unable to destroy CT 150 - container is running", "refused"),
        ("detected modified configuration - file changed by other user? Try again.", "modified"),
        ("cluster not ready - no quorum?", "refused"),
    ])
    func `with status 500 is recognized by its text`(reason: String, kind: String) throws {
        let error = error(500, reason, body: #"{"data":null,"message":"\#(reason)\n"}"#)
        #expect(Mirror(reflecting: error).children.first?.label == kind)
        #expect(error.errorDescription?.contains(reason) == true)
        #expect(error.errorDescription?.hasSuffix("\n") == false)
    }

    @Test func `for a locked guest contains the lock`() {
        #expect(error(500, "CT is locked (snapshot-delete)").lock == "snapshot-delete")
        #expect(error(500, "can't lock file '/run/lock/lxc/pve-config-150.lock' - got timeout").lock == nil)
        #expect(error(500, "CT 150 not running").lock == nil)
    }

    @Test func `of a proxy shows whether the call may have been executed`() {
        #expect(error(595, "No route to host") == .unreachable(Client.endpoint, reason: "No route to host"))
        #expect(error(596, "timed out") == .answerLost(Client.endpoint, reason: "timed out"))
        #expect(error(599, "x") == .answerLost(Client.endpoint, reason: "x"))
    }

    @Test func `for invalid credentials names the caller, not the secret`() async throws {
        let wire = Recorded(WireAnswer(status: 401, reason: "Authentication failed!", body: Data()))
        let error = try #require(await #expect(throws: APIError.self) { try await Client(wire)(.version()) })
        #expect(error == .unauthorized(Client.endpoint, who: "mx@pve!ctl", reason: "Authentication failed!"))
        #expect(wire.sent.count == 1)
        #expect(!"\(error) \(error.errorDescription ?? "")".contains("5ec2e700"))
    }

    @Test(arguments: ["", #"{"data":{"version":"9."#, #"{"version":"9.2"}"#, #"{"data":{"release":9}}"#, "<html>"])
    func `is different from an unreadable response`(body: String) async throws {
        let wire = Recorded(WireAnswer(status: 200, reason: "OK", body: Data(body.utf8)))
        let error = await #expect(throws: APIError.self) { try await Client(wire)(.version()) }
        #expect(error?.errorDescription == "cannot parse the response to GET /version")
    }

    @Test func `for a certificate shows the pinned and the actual fingerprint`() {
        let error = APIError.untrusted(Client.endpoint, pinned: "AA", shown: "BB")
        #expect(error.failureReason == "pinned  AA\nshown   BB")
        #expect(error.recoverySuggestion?.contains("`pvenode cert info`") == true)
    }
}
