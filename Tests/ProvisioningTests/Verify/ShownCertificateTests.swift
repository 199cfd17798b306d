import Foundation
import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The served certificate` {
    private static let print = Array(repeating: "AB", count: 32).joined(separator: ":")
    private static let other = Array(repeating: "CD", count: 32).joined(separator: ":")
    private static let now = Date(timeIntervalSince1970: 1_795_514_400)
    private static let hostname = "mx1.example.net"

    /// The output of the script for a correct certificate.
    private static let lines = [
        "TLSv1.3, TLS_AES_256_GCM_SHA384", "0 (ok)", print, "Nov  4 10:00:00 2026 GMT", "Feb  2 10:00:00 2027 GMT",
        "named", "authority", "DNS:mx1.example.net", "CN=R11,O=Let's Encrypt,C=US",
    ]

    private func answer(_ changes: [Int: String] = [:]) -> CommandResult {
        var lines = Self.lines
        for (index, line) in changes { lines[index] = line }
        return CommandResult(exit: 0, output: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    private func files(_ prints: String...) -> CommandResult {
        CommandResult(exit: 0, output: Data(prints.map { $0 + "\n" }.joined().utf8))
    }

    private static let acme = CertificateSource.acme(
        ACMESettings(challenge: .http, directory: "https://acme.example/", key: .ecdsa))

    @Test func `is shown with evidence`() throws {
        let shown = try ShownCertificate(answer())
        let checks =
            shown.checks(of: Self.acme, for: Self.hostname, at: Self.now)
            + [shown.check(onDisk: files(Self.other, Self.print))]
        #expect(
            checks.map { "\($0.name): \($0.evidence)" } == [
                "encryption: TLSv1.3, TLS_AES_256_GCM_SHA384", "certificate name: DNS:mx1.example.net",
                "certificate validity: 70 days left (until 2027-02-02T10:00:00Z)",
                "certificate chain: by CN=R11,O=Let's Encrypt,C=US",
                "certificate on disk: same as the served certificate, \(Self.print)",
            ])
        #expect(checks.allSatisfy { $0.verdict == .pass })
    }

    typealias Wrong = (changes: [Int: String], source: CertificateSource, name: String, verdict: VerifiedCheck.Verdict)
    static let wrong: [Wrong] = [
        ([5: "other"], acme, "certificate name", .fail),
        ([4: "Nov 24 09:59:59 2026 GMT"], acme, "certificate validity", .fail),
        ([3: "Nov 24 10:00:01 2026 GMT"], acme, "certificate validity", .fail),
        ([4: "Dec  7 10:00:00 2026 GMT"], acme, "certificate validity", .warn),
        ([1: "18 (self-signed certificate)", 6: "self"], .selfSigned, "certificate chain", .warn),
        ([1: "18 (self-signed certificate)", 6: "self"], acme, "certificate chain", .fail),
        ([1: "18 (self-signed certificate)", 6: "self"], .files(key: "k", chain: "c"), "certificate chain", .fail),
        ([1: "20 (unable to get local issuer certificate)"], acme, "certificate chain", .warn),
    ]

    @Test(arguments: wrong)
    func `is reported with its one problem`(wrong: Wrong) throws {
        let checks = try ShownCertificate(answer(wrong.changes)).checks(
            of: wrong.source, for: Self.hostname, at: Self.now)
        #expect(checks.filter { $0.verdict != .pass }.map(\.name) == [wrong.name], "\(checks)")
        #expect(checks.first { $0.name == wrong.name }?.verdict == wrong.verdict)
    }

    @Test func `is an error if it differs from the file or Postfix has no file`() throws {
        let shown = try ShownCertificate(answer())
        let stale = shown.check(onDisk: files(Self.other))
        #expect(stale.verdict == .fail && stale.evidence == "\(Self.other), but \(Self.print) is served")
        #expect(shown.check(onDisk: files()).verdict == .fail)
    }

    @Test func `can be missing, or openssl can be missing`() {
        #expect(throws: VerifyError.noCertificate) { try ShownCertificate(CommandResult(exit: 3, output: Data())) }
        #expect(throws: VerifyError.noOpenSSL) { try ShownCertificate(CommandResult(exit: 127, output: Data())) }
    }

    @Test(arguments: [[1: "ok"], [2: "AB"], [3: "yesterday"], [5: ""], [6: "x"], [1: "99999999999999999999 (x)"]])
    func `is not read from an invalid reply`(changes: [Int: String]) {
        #expect(throws: UnreadableAnswer.self) { try ShownCertificate(answer(changes)) }
    }
}
