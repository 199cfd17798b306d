public import ConfigurationFiles
import Foundation
public import RemoteShell
public import Secrets

/// A file with a private key and its certificate chain, the key first, as Postfix requires (`smtpd_tls_chain_files`).
///
/// If the playbook gives no files, the guest creates a self-signed certificate. Then its key never leaves the guest.
public struct Certificate: Resource {
    public static let kind = "certificate"
    /// The path of the file.
    public let path: String
    /// The host name in the certificate.
    public let hostname: String
    /// Key and chain in PEM, or nil for a self-signed certificate.
    public let given: Secret?
    /// The service that reads the file.
    public let reload: String

    public init(_ parameters: inout Parameters) {
        path = parameters.filePath("path")
        // openssl(1) interprets some other characters, so they could add settings to the certificate.
        hostname = parameters.value("hostname", as: DomainName.self)?.description ?? ""
        reload = parameters.optionalString("reload") ?? "postfix"
        let files = parameters.optionalSection("files") { part in
            let key = part.pem(in: "key", .privateKey).text
            let chain = part.pem(in: "chain", .certificate).text
            return Secret(key + chain)
        }
        given = files
        parameters.finish()
    }

    public var objects: [ManagedObject] { [.file(path)] }

    /// Checks inside the guest that key and certificate belong together. Only verdicts leave the guest.
    public var probe: Script {
        """
        [ -f \(path) ] && [ -s \(path) ] || exit 3
        command -v openssl >/dev/null || exit 3
        stat -c '%a %U:%G' \(path)
        seen=$(\(Script.x509) -in \(path) -noout -subject_hash -issuer_hash -enddate -pubkey -checkhost \(hostname) 2>/dev/null)
        line='
        '
        \(duration)
        case $seen in *"$line"*'does match certificate'*) echo named ;; *) echo other ;; esac
        key=$(openssl pkey -in \(path) -pubout 2>/dev/null)
        case ${key:+$seen} in *"$line$key"*) echo paired ;; *) echo unpaired ;; esac
        read -r first <\(path)
        case $first in *'PRIVATE KEY'*) echo ordered ;; *) echo unordered ;; esac
        \(comparison)
        """
    }

    /// Prints whether the certificate must be replaced soon.
    ///
    /// A self-signed certificate is replaced two weeks before it expires. A certificate of an authority is renewed by
    /// someone else, and is better than a self-signed one until it expires. The end of a given certificate is not
    /// checked.
    private var duration: Script {
        guard given == nil else { return "echo lasting" }
        return """
            subject=${seen%%"$line"*}
            issuer=${seen#*"$line"}
            left=0
            [ "$subject" != "${issuer%%"$line"*}" ] || left=1209600
            end=${seen#*notAfter=}
            end=$(date -d "${end%%"$line"*}" +%s 2>/dev/null) || end=0
            [ "$end" -gt "$(($(date +%s) + left))" ] && echo lasting || echo ending
            """
    }

    /// Compares the file with the given key and chain inside the guest. Each command batch sends them over ssh's
    /// encrypted standard input; no result contains them.
    private var comparison: Script {
        given.map { "printf %s \($0) | cmp -s - \(path) && echo same || echo different" } ?? "echo same"
    }

    public struct Found: Sendable, Equatable {
        package var access: FilePermissions
        package var faults: [String]
        package var isGiven: Bool
    }

    public func observation(from answer: CommandResult) throws -> Found? {
        if answer.exit == 3, answer.output.isEmpty { return nil }
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let verdicts: [(good: String, bad: String, fault: String)] = [
            ("lasting", "ending", "expires within two weeks"),
            ("named", "other", "issued for another name"),
            ("paired", "unpaired", "does not match its key"),
            ("ordered", "unordered", "precedes its key in the file"),
            ("same", "different", ""),
        ]
        guard answer.exit == 0, lines.count == verdicts.count + 2, lines.last == "",
            let access = FilePermissions(lines[0]),
            zip(lines.dropFirst(), verdicts).allSatisfy({ $0 == $1.good || $0 == $1.bad })
        else { throw UnreadableAnswer(expected: "the properties of a certificate", answer: answer) }
        let faults = zip(lines.dropFirst(), verdicts.dropLast()).filter { $0 == $1.bad }.map { $1.fault }
        return Found(access: access, faults: faults, isGiven: lines[5] == "same")
    }

    public func changes(from observed: Found?) -> [Change] {
        let wanted = given == nil ? "self-signed for \(hostname)" : "the configured certificate"
        guard let observed else { return [Change("certificate", from: nil, to: wanted)] }
        var changes = observed.faults.map { Change("certificate", from: $0, to: wanted) }
        changes += observed.access.changes(of: path, toMode: "0600", owner: "root:root")
        if observed.faults.isEmpty, !observed.isGiven {
            changes.append(Change("certificate", from: "another certificate", to: wanted))
        }
        return changes
    }

    public func repair(for observed: Found?) -> Script {
        let make: Script =
            if let given {
                """
                printf %s \(given) >"$d/chain"
                [ "$(openssl pkey -in "$d/chain" -pubout)" = "$(openssl x509 -in "$d/chain" -noout -pubkey)" ] || {
                    echo 'the configured certificate does not match the configured key' >&2
                    exit 1
                }
                """
            } else {
                """
                # A common name has at most 64 characters; clients check only the alternative name.
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
                    -subj \("/CN=\(hostname.count > 64 ? "mxprovision" : hostname)") -addext \("subjectAltName=DNS:\(hostname)") \
                    -keyout "$d/key" -out "$d/certificate" 2>/dev/null
                cat "$d/key" "$d/certificate" >"$d/chain"
                """
            }
        return """
            \(.replacement)umask 077
            make_room \(path)
            d=$(mktemp -d "$(dirname \(path))/.mxprovision.XXXXXX")
            trap 'rm -rf "$d"' EXIT
            \(make)
            chmod 600 "$d/chain"
            mv -T "$d/chain" \(path)
            """
    }

    public func triggers(after changes: [Change]) -> [Handler] { [Handler(.reload, reload)] }
}
