import Alerts
import ConfigurationFiles
import Engine
import Foundation
import RemoteShell
import Resources
import Sites

/// The certificate and TLS parameters of a server after STARTTLS, as reported by openssl(1) on the host that connects.
struct ShownCertificate: Sendable, Equatable {
    /// `TLSv1.3, TLS_AES_256_GCM_SHA384`
    var encryption: String
    /// The verification result with that host's authorities: 0 is success (openssl-verification-options(1)).
    var verification: Int
    var objection: String
    /// The SHA-256 fingerprint of the certificate: upper-case pairs with colons.
    var fingerprint: String
    var begins: Date
    var ends: Date
    /// Whether the certificate matches the guest's host name.
    var matchesName: Bool
    var isSelfSigned: Bool
    var names: String
    /// The issuer in the form of RFC 2253.
    var issuer: String

    /// - Parameter address: The server's address; an IPv6 address has no brackets.
    static func question(at address: String, port: Int = 25, for hostname: String) -> Script {
        let target = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        return """
            command -v openssl >/dev/null || exit 127
            LC_ALL=C; export LC_ALL
            limit=; ! command -v timeout >/dev/null || limit='timeout 20'
            said=$($limit openssl s_client -starttls smtp -connect \(target) -servername \(hostname) \
                </dev/null 2>/dev/null)
            shown=$(printf '%s\\n' "$said" | \(Script.x509) 2>/dev/null) || exit 3
            of() { printf '%s\\n' "$shown" | \(Script.x509) -noout "$@" 2>/dev/null; }
            printf '%s\\n' "$said" | sed -n 's/^New, \\(.*\\), Cipher is \\(.*\\)$/\\1, \\2/p' | head -n 1
            printf '%s\\n' "$said" | sed -n 's/^ *Verify return code: //p' | tail -n 1
            of -fingerprint -sha256 | cut -d = -f 2
            of -startdate | cut -d = -f 2
            of -enddate | cut -d = -f 2
            of -checkhost \(hostname) | grep -q 'does match' && echo named || echo other
            [ "$(of -subject_hash -issuer_hash | uniq | wc -l)" -eq 1 ] && echo self || echo authority
            of -ext subjectAltName | sed -n '2s/^ *//p' | grep . || echo none
            of -issuer -nameopt RFC2253 | cut -d = -f 2-
            """
    }

    /// Prints the fingerprints of the certificates that Postfix reads when it starts, one per line.
    static let onDisk: Script = """
        PATH=$PATH:/usr/sbin
        files=$(postconf -xh smtpd_tls_chain_files | tr ',' ' ')
        # Postfix uses these only if there are no chain files.
        [ -n "$files" ] || files=$(postconf -xh smtpd_tls_cert_file smtpd_tls_eccert_file)
        for file in $files; do
            \(Script.x509) -in "$file" -noout -fingerprint -sha256 2>/dev/null | cut -d = -f 2
        done
        """

    /// - Throws: ``UnreadableAnswer``; ``VerifyError`` if the server has shown no certificate.
    init(_ answer: CommandResult) throws {
        switch answer.exit {
        case 3: throw VerifyError.noCertificate
        case 127: throw VerifyError.noOpenSSL
        default: break
        }
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard answer.exit == 0, lines.count >= 9,
            let verdict = lines[1].wholeMatch(of: /([0-9]{1,6}) \((.*)\)/), let code = Int(verdict.1),
            lines[2].wholeMatch(of: /([0-9A-F]{2}:){31}[0-9A-F]{2}/) != nil,
            let begins = Self.date(lines[3]), let ends = Self.date(lines[4]),
            ["named", "other"].contains(lines[5]), ["self", "authority"].contains(lines[6])
        else { throw UnreadableAnswer(expected: "a certificate of port 25", answer: answer) }
        encryption = lines[0]
        verification = code
        objection = String(verdict.2)
        fingerprint = lines[2]
        (self.begins, self.ends) = (begins, ends)
        matchesName = lines[5] == "named"
        isSelfSigned = lines[6] == "self"
        names = lines[7]
        issuer = lines[8]
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Parses `Nov  4 10:00:00 2026 GMT`.
    private static func date(_ text: String) -> Date? {
        let form = /([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-2][0-9]:[0-5][0-9]:[0-6][0-9]) ([0-9]{4}) GMT/
        guard let match = text.wholeMatch(of: form), let day = Int(match.2), (1...31).contains(day),
            let month = months.firstIndex(of: String(match.1))
        else { return nil }
        let digits = [month + 1, day].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "-")
        return try? Date("\(match.4)-\(digits)T\(match.3)Z", strategy: .iso8601)
    }

    /// - Parameters:
    ///   - source: The source of the certificate in the inventory.
    ///   - hostname: The host name that the certificate should have.
    func checks(of source: CertificateSource, for hostname: String, at now: Date) -> [VerifiedCheck] {
        [
            VerifiedCheck(name: "encryption", verdict: .pass, evidence: encryption),
            VerifiedCheck(
                name: "certificate name", verdict: matchesName ? .pass : .fail,
                evidence: matchesName ? names : "issued for \(names), not for \(hostname)"),
            age(at: now), chain(of: source),
        ]
    }

    private func age(at now: Date) -> VerifiedCheck {
        let days = Int((ends.timeIntervalSince(now) / 86400).rounded(.down))
        let name = "certificate validity"
        if begins > now {
            return VerifiedCheck(name: name, verdict: .fail, evidence: "not valid before \(begins.formatted(.iso8601))")
        }
        guard ends > now else {
            return VerifiedCheck(name: name, verdict: .fail, evidence: "expired on \(ends.formatted(.iso8601))")
        }
        return VerifiedCheck(
            name: name, verdict: days < ServedCertificate.enoughDays ? .warn : .pass,
            evidence: "\(days) day\(days == 1 ? "" : "s") left (until \(ends.formatted(.iso8601)))")
    }

    /// Checks the chain. Few senders verify it, so a self-signed certificate is a warning if the inventory asks for
    /// nothing better. A private authority is unknown to the host that connects, so it is a warning too.
    private func chain(of source: CertificateSource) -> VerifiedCheck {
        let evidence = isSelfSigned ? "self-signed" : "by \(issuer)"
        if verification == 0 { return VerifiedCheck(name: "certificate chain", verdict: .pass, evidence: evidence) }
        let verdict: VerifiedCheck.Verdict = source != .selfSigned && isSelfSigned ? .fail : .warn
        return VerifiedCheck(
            name: "certificate chain", verdict: verdict, evidence: "\(evidence); \(verification): \(objection)")
    }

    /// Checks whether Postfix serves the certificate on disk. A renewed certificate without a reload is not served yet.
    func check(onDisk answer: CommandResult) -> VerifiedCheck {
        let files = answer.text.split(separator: "\n").map(String.init)
        let name = "certificate on disk"
        guard !files.isEmpty else {
            return VerifiedCheck(name: name, verdict: .fail, evidence: "Postfix's files contain no certificate")
        }
        return files.contains(fingerprint)
            ? VerifiedCheck(name: name, verdict: .pass, evidence: "same as the served certificate, \(fingerprint)")
            : VerifiedCheck(
                name: name, verdict: .fail,
                evidence: "\(files.joined(separator: ", ")), but \(fingerprint) is served",
                advice: "Run `systemctl reload postfix` in the guest, if the checked address is the guest's.")
    }
}
