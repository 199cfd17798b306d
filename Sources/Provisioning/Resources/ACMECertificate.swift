import Foundation
public import RemoteShell

/// A certificate that certbot gets from an ACME server (RFC 8555) and its timer renews, put where Postfix reads it.
///
/// The file is another step's until the first is issued. Where the authority is away or refuses, that one goes on
/// serving, and the run goes on.
public struct ACMECertificate: Postponable, HoldsSecret {
    public static let kind = "acme-certificate"
    /// Key and chain in one file, the key first.
    public let path: String
    /// The name that the certificate is for, and certbot's name for it.
    public let hostname: String
    /// The URL of the authority's directory.
    public let directory: String
    /// Of the account.
    public let email: String
    public let key: ACMESettings.KeyType
    /// Whether a renewal keeps the private key: what a TLSA record of the key needs (RFC 7671, 5.1).
    public let keepsKey: Bool
    /// Those in PEM that the authority's own HTTPS is trusted by, beside Debian's; empty for none.
    public let authorities: String
    /// The service that reads the file.
    public let reload: String
    /// Nil where the authority comes to port 80.
    public internal(set) var zone: ChallengeZone?

    public init(_ parameters: inout Parameters) {
        path = parameters.filePath("path")
        hostname = parameters.value("hostname", as: DomainName.self)?.description ?? ""
        directory = parameters.value("directory", as: DirectoryURL.self)?.description ?? ""
        email = parameters.value("email", as: MailAddress.self)?.description ?? ""
        key = parameters.choice("key", default: ACMESettings.KeyType.ecdsa)
        keepsKey = parameters.boolean("keep-key", default: false)
        authorities = parameters.pems(in: "authorities", .certificate)
        reload = parameters.optionalString("reload") ?? "postfix"
        zone = parameters.optionalSection("dns") { ChallengeZone(&$0) } ?? nil
        parameters.finish()
    }

    public var objects: [ManagedObject] {
        [path, Self.hookPath, settingsPath, Self.accountPath].map { .file($0) }
    }

    /// certbot's own names of the settings that are looked at.
    private static let settingNames = [
        "server", "authenticator", "key_type", "reuse_key", "renew_hook", "dns_rfc2136_propagation_seconds",
    ]

    /// One line each, whatever the guest's files have: certbot's settings for the certificate, the account's address,
    /// and verdicts. certbot itself would take a second to say the same.
    public var probe: Script {
        """
        settings=\(settingsPath) live=\(lineage)
        [ -s "$settings" ] && [ -s "$live/fullchain.pem" ] && [ -s "$live/privkey.pem" ] || exit 3
        command -v openssl >/dev/null || exit 3
        for name in \(Self.settingNames); do
            printf '%s\\n' "$(sed -n "s/^$name = //p" "$settings" | head -n 1)"
        done
        printf '%s\\n' "$(head -n 1 \(Self.accountPath) 2>/dev/null)"
        told=$(\(Script.x509) -in "$live/cert.pem" -noout -startdate -enddate -checkhost \(hostname) 2>/dev/null)
        of() { date -d "$(printf '%s\\n' "$told" | sed -n "s/^$1=//p")" +%s; }
        end=$(of notAfter)
        # Two weeks are left for a renewal, or a third of a short life.
        left=$(((end - $(of notBefore)) / 3)); [ "$left" -lt 1209600 ] || left=1209600
        [ $((end - $(date +%s))) -gt "$left" ] && echo lasting || echo ending
        printf '%s\\n' "$told" | grep -q 'does match' && echo named || echo other
        cat "$live/privkey.pem" "$live/fullchain.pem" | cmp -s - \(path) && echo same || echo different
        \(holds(Self.hookPath, hook.text, mode: "755")) && echo hooked || echo unhooked
        \(isTrusting) && echo trusting || echo distrusting
        \(holdsCredentials) && echo admitted || echo barred
        """
    }

    public struct Found: Sendable, Equatable {
        /// What certbot has for each of its settings that are looked at; empty for none.
        var settings: [String: String]
        var email: String
        var faults: Set<Fault>
    }

    /// What a verdict can find.
    enum Fault: String, Sendable, CaseIterable {
        case ending
        case other
        /// The file has something else than what was issued.
        case different
        case unhooked
        case distrusting
        case barred

        var good: String {
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

    /// Nil where certbot has no certificate of the name.
    public func observation(from answer: Completion) throws -> Found? {
        if answer.exit == 3, answer.output.isEmpty { return nil }
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let names = Self.settingNames
        let verdicts = lines.dropFirst(names.count + 1).prefix(Fault.allCases.count)
        guard answer.exit == 0, lines.count == names.count + 1 + Fault.allCases.count + 1, lines.last == "",
            zip(verdicts, Fault.allCases).allSatisfy({ $0 == $1.good || $0 == $1.rawValue })
        else { throw UnreadableAnswer(expected: "certbot's settings and what there is to say of them", answer: answer) }
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
            .ending: Change("certificate", from: "ends soon", to: wanted),
            .other: Change("certificate", from: "is made out for another name", to: wanted),
            .different: Change(path, from: "another certificate, or none", to: "the issued one"),
            .unhooked: Change(Self.hookPath, from: "missing, or another text", to: "puts each new one into \(path)"),
            .distrusting: Change(
                "trusted authorities", from: "others", to: authorities.isEmpty ? "Debian's" : "as given"),
            .barred: Change(
                Self.credentialsPath, from: "other than given", to: zone.map { "the key \($0.key)" }),
        ]
        return changes + Fault.allCases.filter(observed.faults.contains).compactMap { tellings[$0] }
    }

    /// What of certbot's settings is other than wanted; a new certificate brings the right ones.
    func differences(from observed: Found) -> [Change] {
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
    /// The texts of several PEM files, one after the other.
    fileprivate mutating func pems(in key: String, _ label: PEMLabel) -> String {
        (optionalStrings(key) ?? []).enumerated().map { item, path in
            pem(at: resolved(path), of: key, item: item, label)
        }
        .joined()
    }
}
