import Foundation
import Testing

@testable import RemoteShell

@Suite struct `Host keys in an answer` {
    @Test func `are read without their comments`() {
        let text = "ssh-ed25519 AAAA+/= root@template\necdsa-sha2-nistp256 BBBB\n"
        #expect(HostKeys.keys(in: text) == ["ssh-ed25519 AAAA+/=", "ecdsa-sha2-nistp256 BBBB"])
    }

    @Test(arguments: [
        "", "ssh-ed25519", "guest ssh-ed25519;x AAAA", "cat: no such file", "ssh-ed25519 AA\u{0}A", "@x \n A",
    ])
    func `are not seen where there are none`(text: String) {
        #expect(HostKeys.keys(in: text) == [])
    }
}

@Suite struct `What ssh says when it fails` {
    @Test(arguments: [
        ("ssh: connect to host x port 22: Connection refused", "unreachable"),
        ("ssh: connect to host x port 22: Connection timed out", "unreachable"),
        ("ssh: Could not resolve hostname x: Name or service not known", "unreachable"),
        ("kex_exchange_identification: Connection closed by remote host", "unreachable"),
        ("root@x: Permission denied (publickey).", "denied"),
        ("No ED25519 host key is known for x and you have requested strict checking.", "hostKeyUnknown"),
        (
            "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nSHA256:abc.\nHost key verification failed.",
            "hostKeyChanged"
        ),
        ("sudo: a password is required", "noRoot"),
        ("client_loop: send disconnect: Broken pipe", "broken"),
        ("", "broken"),
    ])
    func `has a name of its own`(said: String, name: String) throws {
        let error = ShellError(ssh: Completion(exit: 255, errors: Data(said.utf8)), host: "x")
        #expect("\(error)".hasPrefix("\(name)("))
        #expect(try #require(error.errorDescription).contains("x"))
        #expect(error.recoverySuggestion != nil)
        #expect(said.isEmpty == (error.failureReason == nil))
    }
}
