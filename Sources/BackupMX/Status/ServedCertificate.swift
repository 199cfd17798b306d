import Alerts
import ConfigurationFiles
public import Foundation
import RemoteShell
import Resources
import Sites

/// The certificate that a guest's port 25 presents to senders, which may differ from that in its files.
public struct ServedCertificate: Codable, Sendable, Equatable {
    /// The issuer's name in the format of RFC 2253.
    public var issuer: String
    public var selfSigned: Bool
    /// Whether the certificate is valid for the guest's own host name.
    public var matchesName: Bool
    public var notAfter: Date
    /// Whole days that are left at the time of the query; negative if it has expired.
    public var daysLeft: Int

    /// Fewer days than these need attention: certificates of authorities are renewed long before.
    public static let enoughDays = 14

    /// Returns the script that reads the certificate. It connects in the same way as senders, by STARTTLS, but over the
    /// guest's loopback interface.
    static func question(for hostname: String) -> Script {
        """
        shown=$(timeout 15 openssl s_client -starttls smtp -connect 127.0.0.1:25 -servername \(hostname) \
            </dev/null 2>/dev/null | \(Script.x509) 2>/dev/null) || exit 3
        of() { printf '%s\\n' "$shown" | \(Script.x509) -noout "$@"; }
        date -d "$(of -enddate | cut -d = -f 2)" +%s
        of -checkhost \(hostname) | grep -q 'does match' && echo named || echo other
        [ "$(of -subject_hash -issuer_hash | uniq | wc -l)" = 1 ] && echo self || echo authority
        of -issuer -nameopt RFC2253 | cut -d = -f 2-
        """
    }

    /// Reads the result of ``question(for:)``. Returns nil if port 25 presents no certificate.
    init?(in answer: CommandResult, at now: Date) throws {
        if answer.exit == 3 { return nil }
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard answer.exit == 0, lines.count == 5, let end = TimeInterval(lines[0]), abs(end) < 1e12,
            ["named", "other"].contains(lines[1]), ["self", "authority"].contains(lines[2])
        else { throw UnreadableAnswer(expected: "the certificate of port 25", answer: answer) }
        notAfter = Date(timeIntervalSince1970: end)
        matchesName = lines[1] == "named"
        selfSigned = lines[2] == "self"
        issuer = lines[3]
        daysLeft = Int((notAfter.timeIntervalSince(now) / 86400).rounded(.down))
    }
}
