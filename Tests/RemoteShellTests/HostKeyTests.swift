import Foundation
import Testing

@testable import RemoteShell

@Suite struct `Host keys in the output of a host` {
    @Test func `are parsed without their comments`() {
        let text = "ssh-ed25519 AAAA+/= root@template\necdsa-sha2-nistp256 BBBB\n"
        #expect(HostKeys.keys(in: text) == ["ssh-ed25519 AAAA+/=", "ecdsa-sha2-nistp256 BBBB"])
    }

    @Test(arguments: [
        "", "ssh-ed25519", "guest ssh-ed25519;x AAAA", "cat: no such file", "ssh-ed25519 AA\u{0}A", "@x \n A",
    ])
    func `are empty for other output`(text: String) {
        #expect(HostKeys.keys(in: text) == [])
    }
}

@Suite struct `A message of a failed ssh` {
    @Test(arguments: [
        ("ssh: connect to host x port 22: Connection refused", "unreachable"),
        ("ssh: connect to host x port 22: Connection timed out", "unreachable"),
        ("ssh: Could not resolve hostname x: Name or service not known", "unreachable"),
        ("kex_exchange_identification: Connection closed by remote host", "unreachable"),
        ("banner exchange: Connection to UNKNOWN port 65535: Broken pipe", "unreachable"),
        ("banner exchange: Connection to 10.2.0.25 port 22: invalid format", "unreachable"),
        ("root@x: Permission denied (publickey).", "denied"),
        ("No ED25519 host key is known for x and you have requested strict checking.", "hostKeyUnknown"),
        (
            "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nSHA256:abc.\nHost key verification failed.",
            "hostKeyChanged"
        ),
        ("sudo: a password is required", "noRoot"),
        ("client_loop: send disconnect: Broken pipe", "broken"), ("", "broken"),
        ("Timeout, server x not responding.", "broken"), ("tun: cannot open", "failed"),
        ("Connection timed out during banner exchange\nConnection to x port 22 timed out", "unreachable"),
        (
            "Unable to negotiate with x port 22: no matching host key type found. Their offer: ssh-rsa",
            "noCommonAlgorithm"
        ),
        ("/home/a/.ssh/config: line 3: Bad configuration option: foo", "misconfigured"),
        ("Bad owner or permissions on /home/a/.ssh/config", "misconfigured"),
        ("command-line: line 0: Bad configuration option: sessiontype", "misconfigured"),
        ("Your account has expired; please contact your system administrator.\nConnection closed by x", "denied"),
        ("channel 0: open failed: administratively prohibited: open failed", "failed"),
        ("mxprovision-start\nclient_loop: send disconnect: Broken pipe", "broken"),
        ("mxprovision-start\nroot@x: Permission denied (publickey).", "broken"),
    ])
    func `becomes its own error`(said: String, name: String) throws {
        let error = ShellError(ssh: CommandResult(exit: 255, errors: Data(said.utf8)), host: "x")
        #expect("\(error)".hasPrefix("\(name)("))
        #expect(try #require(error.errorDescription).contains("x"))
        #expect(error.recoverySuggestion != nil)
        #expect(said.isEmpty == (error.failureReason == nil))
        // A retry helps only if the connection broke; otherwise it would fail in the same way.
        #expect((name == "broken") == (error.recoverySuggestion?.contains("Run the command again") == true))
    }
}
