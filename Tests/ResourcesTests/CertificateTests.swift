import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A certificate` {
    private let certificate: Certificate

    init() throws { certificate = try .read("{path: /etc/postfix/tls/chain.pem, hostname: mx2.example.net}") }

    private static let right = ["600 root:root", "lasting", "named", "paired", "ordered", "same"]

    private func answer(_ lines: [String]) -> CommandResult { .said(lines.map { $0 + "\n" }.joined()) }

    @Test func `is unchanged if all checks pass`() throws {
        #expect(try certificate.changes(after: answer(Self.right)) == [])
    }

    @Test func `is created in the guest if it is missing`() throws {
        let absent = CommandResult.said("", exit: 3)
        let made = Change("certificate", from: nil, to: "self-signed for mx2.example.net")
        #expect(try certificate.changes(after: absent) == [made])
        #expect(try certificate.repair(after: absent).contains("openssl req -x509"))
    }

    @Test(arguments: [
        (1, "ending", "expires within two weeks"), (2, "other", "issued for another name"),
        (3, "unpaired", "does not match its key"), (4, "unordered", "precedes its key in the file"),
        (5, "different", "another certificate"),
    ])
    func `reports a fault`(_ line: Int, _ verdict: String, _ fault: String) throws {
        var lines = Self.right
        lines[line] = verdict
        let change = Change("certificate", from: fault, to: "self-signed for mx2.example.net")
        #expect(try certificate.changes(after: answer(lines)) == [change])
    }

    @Test func `reports wrong mode and owner`() throws {
        let path = certificate.path
        let changes = try certificate.changes(after: answer(["644 mail:mail"] + Self.right.dropFirst()))
        #expect(
            changes == [
                Change("mode of \(path)", from: "644", to: "0600"),
                Change("owner of \(path)", from: "mail:mail", to: "root:root"),
            ])
    }

    @Test func `rejects malformed probe output`() {
        var bad = (0..<Self.right.count).map { Array(Self.right.prefix($0)) }
        bad += (0..<Self.right.count).map { index in
            var lines = Self.right
            lines[index] = "sh: 1: cannot fork"
            return lines
        }
        bad.append(Self.right + ["more"])
        for lines in bad {
            let answer = answer(lines)
            #expect(throws: UnreadableAnswer(expected: "the properties of a certificate", answer: answer)) {
                try certificate.observation(from: answer)
            }
        }
        let cut = CommandResult.said("600 root:root\nlasting\nnamed\npaired\nordered\nsame")
        #expect(throws: UnreadableAnswer.self) { try certificate.observation(from: cut) }
    }

    @Test(arguments: ["a.net,IP:10.0.0.1", "a.net/O=b", "a.net\\nx=y", "-help", "*.a.net", ""])
    func `reports a hostname that is not a plain name`(_ name: String) throws {
        #expect(try Certificate.mistakes(in: "{path: /a, hostname: \"\(name)\"}").count == 1)
    }

    @Test func `reloads the service that reads it`() throws {
        #expect(certificate.triggers(after: []) == [Handler(.reload, "postfix")])
        let other = try Certificate.read("{path: /a, hostname: a.net, reload: dovecot}")
        #expect(other.triggers(after: []) == [Handler(.reload, "dovecot")])
    }
}
