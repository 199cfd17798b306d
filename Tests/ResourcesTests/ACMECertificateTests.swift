import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Resources
@testable import Secrets

@Suite struct `A certificate from an ACME server` {
    private static let common = """
        path: /etc/postfix/tls/chain.pem
        hostname: mx2.example.net
        directory: https://acme.example/dir
        email: ops@elsewhere.example

        """
    private static let zone =
        common + """
            dns: {server: 192.0.2.53 port 5353, key: acme, secret: {env: ACME}, propagation: 5}

            """
    private static let right = [
        "https://acme.example/dir", "standalone", "ecdsa", "", "/etc/letsencrypt/renewal-hooks/deploy/mxprovision", "",
        "ops@elsewhere.example", "lasting", "named", "same", "hooked", "trusting", "admitted",
    ]

    private let certificate: ACMECertificate

    init() throws { certificate = try .read(Self.common) }

    private func answer(_ line: Int? = nil, _ text: String = "") -> CommandResult {
        var lines = Self.right
        if let line { lines[line] = text }
        return .said(lines.map { $0 + "\n" }.joined())
    }

    @Test func `is unchanged if certbot's settings match`() throws {
        #expect(try certificate.changes(after: answer()) == [])
    }

    @Test func `is requested if it is missing`() throws {
        let absent = CommandResult.said("", exit: 3)
        #expect(
            try certificate.changes(after: absent) == [
                Change("certificate", from: nil, to: "from https://acme.example/dir by http-01")
            ])
        let repair = try certificate.repair(after: absent)
        #expect(repair.contains("ask certonly --server 'https://acme.example/dir'"))
        #expect(repair.contains("'--standalone' --deploy-hook '/etc/letsencrypt/renewal-hooks/deploy/mxprovision'"))
        #expect(repair.contains("'--keep-until-expiring'") && !repair.contains("--force-renewal"))
    }

    typealias Drift = (line: Int, text: String, change: Change)
    private static let wanted = "from https://acme.example/dir by http-01"

    /// Differences that only a new certificate corrects.
    @Test(
        arguments: [
            (
                0, "https://old.example",
                Change("ACME directory", from: "https://old.example", to: "https://acme.example/dir")
            ),
            (1, "dns-rfc2136", Change("challenge", from: "dns-01", to: "http-01")),
            (1, "nginx", Change("challenge", from: "nginx", to: "http-01")),
            (2, "rsa", Change("key type", from: "rsa", to: "ecdsa")),
            (3, "True", Change("key at renewals", from: "kept", to: "new")),
            (4, "", Change("deploy hook", from: nil, to: "/etc/letsencrypt/renewal-hooks/deploy/mxprovision")),
            (7, "ending", Change("certificate", from: "expires soon", to: wanted)),
            (8, "other", Change("certificate", from: "issued for another name", to: wanted)),
        ] as [Drift])
    func `is requested again if`(_ drift: Drift) throws {
        let answer = answer(drift.line, drift.text)
        #expect(try certificate.changes(after: answer) == [drift.change])
        #expect(try certificate.repair(after: answer).contains("'--force-renewal'"))
    }

    /// Authorities limit the number of requests.
    @Test(
        arguments: [
            (
                9, "different",
                Change(
                    "/etc/postfix/tls/chain.pem", from: "missing or different certificate", to: "the issued certificate"
                )
            ),
            (
                10, "unhooked",
                Change(
                    ACMECertificate.hookPath, from: "missing or other content",
                    to: "copies new certificates to /etc/postfix/tls/chain.pem")
            ),
            (11, "distrusting", Change("trusted authorities", from: "different", to: "Debian's")),
            (12, "barred", Change(ACMECertificate.credentialsPath, from: "different", to: nil)),
        ] as [Drift])
    func `is repaired without a new request if`(_ drift: Drift) throws {
        let answer = answer(drift.line, drift.text)
        #expect(try certificate.changes(after: answer) == [drift.change])
        let repair = try certificate.repair(after: answer)
        #expect(!repair.contains("ask certonly") && !repair.contains("ask update_account"))
        #expect(repair.hasSuffix("\ndeploy"))
    }

    @Test func `changes the e-mail address of the account without a new certificate`() throws {
        let answer = answer(6, "old@elsewhere.example")
        #expect(
            try certificate.changes(after: answer) == [
                Change("account", from: "old@elsewhere.example", to: "ops@elsewhere.example")
            ])
        let repair = try certificate.repair(after: answer)
        #expect(repair.contains("ask update_account") && !repair.contains("ask certonly"))
    }

    @Test func `keeps its key if the key is published`() throws {
        let certificate = try ACMECertificate.read(Self.common + "keep-key: true\n")
        #expect(
            try certificate.changes(after: answer()) == [Change("key at renewals", from: "new", to: "kept")])
        let repair = try certificate.repair(after: answer(3, "True"))
        #expect(repair.contains("\n:\ndeploy"), "nothing is ordered")
        let kept = try certificate.repair(after: answer())
        #expect(kept.contains("'--reuse-key'") && !kept.contains("--new-key"))
        let other = try certificate.repair(after: answer(2, "rsa"))
        #expect(other.contains("'--reuse-key'") && other.contains("'--force-renewal' '--new-key'"))
    }

    @Test func `rejects malformed probe output`() {
        var bad = (0..<Self.right.count).map { Array(Self.right.prefix($0)) }
        bad += (7..<Self.right.count).map { index in
            var lines = Self.right
            lines[index] = "sh: 1: cannot fork"
            return lines
        }
        bad.append(Self.right + ["more"])
        for lines in bad {
            #expect(throws: UnreadableAnswer.self) {
                try certificate.observation(from: .said(lines.map { $0 + "\n" }.joined()))
            }
        }
    }

    @Test func `uses the TSIG key for dns-01 without showing it`() throws {
        let secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQ="
        let locked = try ACMECertificate.read(Self.zone)
        let certificate = try locked.unlocked(environment: ["ACME": secret])
        let repair = certificate.repair(for: nil)
        for script in [certificate.probe, repair] {
            #expect(!script.description.contains(secret) && script.description.contains("•••"))
            #expect(script.text.contains("dns_rfc2136_secret = \(secret)\n"))
        }
        #expect(!String(reflecting: certificate).contains(secret))
        #expect(
            certificate.zone?.credentials.reveal() == """
                dns_rfc2136_server = 192.0.2.53
                dns_rfc2136_port = 5353
                dns_rfc2136_name = acme.
                dns_rfc2136_secret = \(secret)
                dns_rfc2136_algorithm = HMAC-SHA256

                """)
        #expect(repair.description.contains("'--dns-rfc2136-propagation-seconds' '5'"))
    }

    /// The hook is a script that certbot runs later, without supervision.
    @Test(arguments: HostileValue.all + ["x\ntouch pwned", "'\ntouch pwned\n'"])
    func `quotes hostile values in its hook`(value: String) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let quoted = String(decoding: try encoder.encode(value), as: UTF8.self)
        let hook = try ACMECertificate.read(Self.common + "reload: \(quoted)\n").hook
        let scratch = ScratchFolder()
        let asked: Script = """
            cd \(scratch.path)
            mktemp() { echo new; }
            cat() { :; }
            mkdir() { :; }
            mv() { :; }
            systemctl() { printf '%s|' "$@"; }
            RENEWED_LINEAGE=\("/etc/letsencrypt/live/mx2.example.net")
            \(hook)
            trap - EXIT
            """
        let answer = try await ProcessShell.local.run(asked)
        #expect(answer == .said("try-reload-or-restart|\(value)|"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["new"])
    }

    @Test func `does not change other certificates of the guest`() async throws {
        let answer = try await ProcessShell.local.run(
            "RENEWED_LINEAGE=/etc/letsencrypt/live/other\n\(certificate.hook)")
        #expect(answer == .said(""))
    }

    @Test func `requires a valid secret`() throws {
        let locked = try ACMECertificate.read(Self.zone)
        #expect(throws: TransactionKeyError.notBase64(name: "acme")) {
            try locked.unlocked(environment: ["ACME": "x\u{1b}[2Jy # no base64"])
        }
        #expect(throws: SecretError.missingVariable("ACME")) { try locked.unlocked(environment: [:]) }
    }

    @Test(arguments: [
        (
            "directory: https://acme.example/dir", "directory: http://acme.example",
            "invalid ACME directory `http://acme.example`; expected an `https://` URL"
        ),
        ("email: ops@elsewhere.example", "email: ops", "invalid mail address `ops`: missing `@`"),
        (
            "192.0.2.53 port 5353", "ns.example",
            "`server`: invalid value `ns.example`; expected an IP address (certbot accepts no name)"
        ),
    ])
    func `reports invalid parameters`(_ right: String, _ wrong: String, _ text: String) throws {
        let mistakes = try ACMECertificate.mistakes(in: Self.zone.replacing(right, with: wrong))
        #expect(mistakes.count == 1 && mistakes[0].hasSuffix(text), "\(mistakes)")
    }

    @Test func `accepts a secret variable, which cannot be part of a string`() throws {
        let variables = ["key": Variable.secret(.environment("ACME"))]
        let yaml = Self.zone.replacing("{env: ACME}", with: "\"{{ key }}\"")
        #expect(try ACMECertificate.read(yaml, variables: variables).zone?.source == .environment("ACME"))
        let text = Self.zone.replacing("key: acme", with: "key: \"{{ key }}\"")
        #expect(
            try ACMECertificate.mistakes(in: text, variables: variables) == [
                "`key`: `{{ key }}` is a secret; use it only as the whole value of a key for a secret, or in the `content` of a `file`"
            ])
    }
}
