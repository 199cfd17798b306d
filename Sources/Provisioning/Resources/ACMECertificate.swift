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
        authorities = parameters.pems(in: "authorities", .certificate)
        reload = parameters.optionalString("reload") ?? "postfix"
        zone = parameters.optionalSection("dns") { ChallengeZone(&$0) } ?? nil
        parameters.finish()
    }

    /// One line each, whatever the guest's files have: five values of certbot's settings for the certificate, the
    /// account's address, and verdicts. certbot itself would take a second to say the same.
    public var probe: Script {
        """
        settings=\(settingsPath) live=\(lineage)
        [ -s "$settings" ] && [ -s "$live/fullchain.pem" ] && [ -s "$live/privkey.pem" ] || exit 3
        command -v openssl >/dev/null || exit 3
        for name in server authenticator key_type renew_hook dns_rfc2136_propagation_seconds; do
            printf '%s\\n' "$(sed -n "s/^$name = //p" "$settings" | head -n 1)"
        done
        printf '%s\\n' "$(head -n 1 \(Self.accountPath) 2>/dev/null)"
        end=$(date -d "$(openssl x509 -in "$live/cert.pem" -noout -enddate | cut -d = -f 2)" +%s)
        start=$(date -d "$(openssl x509 -in "$live/cert.pem" -noout -startdate | cut -d = -f 2)" +%s)
        # Two weeks are left for a renewal, or a third of a short life.
        left=$(((end - start) / 3)); [ "$left" -lt 1209600 ] || left=1209600
        openssl x509 -in "$live/cert.pem" -noout -checkend "$left" >/dev/null 2>&1 && echo lasting || echo ending
        openssl x509 -in "$live/cert.pem" -noout -checkhost \(hostname) | grep -q 'does match' && echo named || echo other
        cat "$live/privkey.pem" "$live/fullchain.pem" | cmp -s - \(path) && echo same || echo different
        \(holds(Self.hookPath, hook.text, mode: "755")) && echo hooked || echo unhooked
        \(isTrusting) && echo trusting || echo distrusting
        \(holdsCredentials) && echo admitted || echo barred
        """
    }

    public struct Found: Sendable, Equatable {
        var directory: String
        /// As certbot calls it: `standalone`, `dns-rfc2136`.
        var authenticator: String
        var keyType: String
        var hook: String
        var propagation: String
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
        guard answer.exit == 0, lines.count == 6 + Fault.allCases.count + 1, lines.last == "",
            zip(lines.dropFirst(6), Fault.allCases).allSatisfy({ $0 == $1.good || $0 == $1.rawValue })
        else { throw UnreadableAnswer(expected: "certbot's settings and what there is to say of them", answer: answer) }
        return Found(
            directory: lines[0],
            authenticator: lines[1],
            keyType: lines[2],
            hook: lines[3],
            propagation: lines[4],
            email: lines[5],
            faults: Set(lines.dropFirst(6).compactMap(Fault.init))
        )
    }

    public func changes(from observed: Found?) -> [Change] {
        let wanted = "from \(directory) by \(zone == nil ? "http-01" : "dns-01")"
        guard let observed else { return [Change("certificate", from: nil, to: wanted)] }
        var changes = settings(of: observed).filter { $0.found != $0.wanted }.map {
            Change($0.subject, from: $0.found.isEmpty ? nil : $0.found, to: $0.wanted)
        }
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

    /// What only a new certificate changes.
    func settings(of observed: Found) -> [(subject: String, found: String, wanted: String)] {
        var settings = [
            ("ACME directory", observed.directory, directory),
            ("authenticator", observed.authenticator, zone == nil ? "standalone" : "dns-rfc2136"),
            ("key type", observed.keyType, key.rawValue),
            ("deploy hook", observed.hook, Self.hookPath),
        ]
        if let zone { settings.append(("propagation", observed.propagation, String(zone.propagation))) }
        return settings
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
