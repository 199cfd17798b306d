public import ConfigurationFiles
import Foundation
public import RemoteShell

/// A certificate that certbot gets from an ACME server (RFC 8555). certbot's timer renews it. It is installed where
/// Postfix reads it.
///
/// Until the first certificate is issued, another step may own the file. If the authority is unavailable or refuses,
/// the old certificate stays in use and the run continues.
public struct ACMECertificate: Deferrable, SecretHolder {
    public enum KeyType: String, Sendable, Hashable, CaseIterable {
        /// NIST P-256.
        case ecdsa
        /// 2048 bits.
        case rsa
    }

    public static let kind = "acme-certificate"
    /// The path of the file with key and chain, the key first.
    public let path: String
    /// The host name in the certificate. certbot uses it as the name of the certificate too.
    public let hostname: String
    /// The URL of the authority's directory.
    public let directory: String
    /// The e-mail address of the ACME account.
    public let email: String
    /// The type of the private key.
    public let key: KeyType
    /// Whether a renewal keeps the private key. A TLSA record of the key needs that (RFC 7671, 5.1).
    public let keepsKey: Bool
    /// PEM certificates of authorities that are trusted for the ACME server's HTTPS, in addition to Debian's. Empty if
    /// there are none.
    public let authorities: String
    /// The service that reads the file.
    public let reload: String
    /// The zone for `dns-01` challenges, or nil if the authority connects to port 80 (`http-01`).
    public internal(set) var zone: ChallengeZone?

    public init(_ parameters: inout Parameters) {
        path = parameters.filePath("path")
        hostname = parameters.value("hostname", as: DomainName.self)?.description ?? ""
        directory = parameters.value("directory", as: DirectoryURL.self)?.description ?? ""
        email = parameters.value("email", as: MailAddress.self)?.description ?? ""
        key = parameters.choice("key", default: KeyType.ecdsa)
        keepsKey = parameters.boolean("keep-key", default: false)
        authorities = parameters.pems(in: "authorities", .certificate)
        reload = parameters.optionalString("reload") ?? "postfix"
        zone = parameters.optionalSection("dns") { ChallengeZone(&$0) } ?? nil
        parameters.finish()
    }

    public var objects: [ManagedObject] {
        [path, Self.hookPath, settingsPath, Self.accountPath].map { .file($0) }
    }

    /// certbot's names of the settings that are checked.
    private static let settingNames = [
        "server", "authenticator", "key_type", "reuse_key", "renew_hook", "dns_rfc2136_propagation_seconds",
    ]

    /// Prints a fixed number of lines: certbot's settings for the certificate, the e-mail address of the account, and
    /// verdicts.
    ///
    /// It reads certbot's files, because certbot itself would need a second for the same facts.
    public var probe: Script {
        """
        settings=\(settingsPath) live=\(lineage)
        [ -s "$settings" ] && [ -s "$live/fullchain.pem" ] && [ -s "$live/privkey.pem" ] || exit 3
        command -v openssl >/dev/null || exit 3
        for name in \(Self.settingNames); do
            printf '%s\\n' "$(sed -n "s/^$name = //p" "$settings" | head -n 1)"
        done
        printf '%s\\n' "$(head -n 1 \(Self.accountPath) 2>/dev/null)"
        dates=$(\(Script.x509) -in "$live/cert.pem" -noout -startdate -enddate -checkhost \(hostname) 2>/dev/null)
        of() { date -d "$(printf '%s\\n' "$dates" | sed -n "s/^$1=//p")" +%s; }
        end=$(of notAfter)
        # Two weeks are left for a renewal, or a third of a short life.
        left=$(((end - $(of notBefore)) / 3)); [ "$left" -lt 1209600 ] || left=1209600
        [ $((end - $(date +%s))) -gt "$left" ] && echo lasting || echo ending
        printf '%s\\n' "$dates" | grep -q 'does match' && echo named || echo other
        cat "$live/privkey.pem" "$live/fullchain.pem" | cmp -s - \(path) && echo same || echo different
        \(holds(Self.hookPath, hook.text, mode: "755")) && echo hooked || echo unhooked
        \(isTrusting) && echo trusting || echo distrusting
        \(holdsCredentials) && echo admitted || echo barred
        """
    }

    public struct Found: Sendable, Equatable {
        /// certbot's value of each setting that is checked, or an empty text if it is not set.
        package var settings: [String: String]
        package var email: String
        package var faults: Set<Fault>
    }

    /// A problem that a verdict of the probe reports.
    package enum Fault: String, Sendable, CaseIterable {
        case ending
        case other
        /// The file differs from the certificate that was issued.
        case different
        case unhooked
        case distrusting
        case barred

        package var good: String {
            switch self {
            case .ending: "lasting"
            case .other: "named"
            case .different: "same"
            case .unhooked: "hooked"
            case .distrusting: "trusting"
            case .barred: "admitted"
            }
        }
    }

    /// Returns nil if certbot has no certificate of that name.
    public func observation(from answer: CommandResult) throws -> Found? {
        if answer.exit == 3, answer.output.isEmpty { return nil }
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let names = Self.settingNames
        let verdicts = lines.dropFirst(names.count + 1).prefix(Fault.allCases.count)
        guard answer.exit == 0, lines.count == names.count + 1 + Fault.allCases.count + 1, lines.last == "",
            zip(verdicts, Fault.allCases).allSatisfy({ $0 == $1.good || $0 == $1.rawValue })
        else { throw UnreadableAnswer(expected: "certbot's settings and their state", answer: answer) }
        return Found(
            settings: Dictionary(uniqueKeysWithValues: zip(names, lines)),
            email: lines[names.count],
            faults: Set(verdicts.compactMap(Fault.init))
        )
    }

    public func changes(from observed: Found?) -> [Change] {
        let wanted = "from \(directory) by \(zone == nil ? "http-01" : "dns-01")"
        guard let observed else { return [Change("certificate", from: nil, to: wanted)] }
        var changes = differences(from: observed)
        if observed.email != email {
            changes.append(Change("account", from: observed.email.isEmpty ? nil : observed.email, to: email))
        }
        let tellings: [Fault: Change] = [
            .ending: Change("certificate", from: "expires soon", to: wanted),
            .other: Change("certificate", from: "issued for another name", to: wanted),
            .different: Change(path, from: "missing or different certificate", to: "the issued certificate"),
            .unhooked: Change(
                Self.hookPath, from: "missing or other content", to: "copies new certificates to \(path)"),
            .distrusting: Change(
                "trusted authorities", from: "different", to: authorities.isEmpty ? "Debian's" : "as configured"),
            .barred: Change(
                Self.credentialsPath, from: "different", to: zone.map { "the key \($0.key)" }),
        ]
        return changes + Fault.allCases.filter(observed.faults.contains).compactMap { tellings[$0] }
    }

    /// Returns the settings of certbot that differ from the expected ones. A new certificate corrects them.
    package func differences(from observed: Found) -> [Change] {
        func found(_ name: String) -> String { observed.settings[name] ?? "" }
        let challenge = ["standalone": "http-01", "dns-rfc2136": "dns-01"][found("authenticator")]
        var pairs = [
            ("ACME directory", found("server"), directory),
            ("challenge", challenge ?? found("authenticator"), zone == nil ? "http-01" : "dns-01"),
            ("key type", found("key_type"), key.rawValue),
            ("key at renewals", found("reuse_key") == "True" ? "kept" : "new", keepsKey ? "kept" : "new"),
            ("deploy hook", found("renew_hook"), Self.hookPath),
        ]
        if let zone {
            pairs.append(("propagation", found("dns_rfc2136_propagation_seconds"), String(zone.propagation)))
        }
        return pairs.filter { $0.1 != $0.2 }.map { Change($0.0, from: $0.1.isEmpty ? nil : $0.1, to: $0.2) }
    }
}

extension Parameters {
    /// Returns the texts of several PEM files, joined.
    fileprivate mutating func pems(in key: String, _ label: PEMLabel) -> String {
        (optionalStrings(key) ?? []).enumerated().map { item, path in
            pem(at: resolved(path), of: key, item: item, label)
        }
        .joined()
    }
}
