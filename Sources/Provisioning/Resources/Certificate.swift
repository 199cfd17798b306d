import Foundation
public import RemoteShell

/// One file with a private key and its certificates, the key first, as Postfix wants it (`smtpd_tls_chain_files`).
///
/// Where the playbook gives no files, the guest makes a self-signed one for itself: its key never leaves it.
public struct Certificate: Resource {
    public static let kind = "certificate"
    public let path: String
    /// The name that it is made out for.
    public let hostname: String
    /// Key and chain in PEM; nil for a self-signed one.
    public let given: Secret?
    public let reload: String

    public init(_ parameters: inout Parameters) {
        path = parameters.filePath("path")
        // A name with other signs in it would say more to openssl(1) than a name.
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

    /// Key and certificate are matched inside the guest; only verdicts come out.
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

    /// A self-signed one is made anew two weeks before its end. What an authority has signed is another's to renew, and
    /// better than a self-signed one until it has ended; what is given is taken as it is.
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

    /// The given key goes to the guest in each survey, on ssh's encrypted standard input, and never comes back.
    private var comparison: Script {
        given.map { "printf %s \($0) | cmp -s - \(path) && echo same || echo different" } ?? "echo same"
    }

    public struct Found: Sendable, Equatable {
        var access: Access
        var faults: [String]
        var isGiven: Bool
    }

    public func observation(from answer: Completion) throws -> Found? {
        if answer.exit == 3, answer.output.isEmpty { return nil }
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let verdicts: [(good: String, bad: String, fault: String)] = [
            ("lasting", "ending", "ends within two weeks"),
            ("named", "other", "is made out for another name"),
            ("paired", "unpaired", "does not belong to its key"),
            ("ordered", "unordered", "stands before its key"),
            ("same", "different", ""),
        ]
        guard answer.exit == 0, lines.count == verdicts.count + 2, lines.last == "", let access = Access(lines[0]),
            zip(lines.dropFirst(), verdicts).allSatisfy({ $0 == $1.good || $0 == $1.bad })
        else { throw UnreadableAnswer(expected: "what there is to say of a certificate", answer: answer) }
        let faults = zip(lines.dropFirst(), verdicts.dropLast()).filter { $0 == $1.bad }.map { $1.fault }
        return Found(access: access, faults: faults, isGiven: lines[5] == "same")
    }

    public func changes(from observed: Found?) -> [Change] {
        let wanted = given == nil ? "self-signed for \(hostname)" : "the given one"
        guard let observed else { return [Change("certificate", from: nil, to: wanted)] }
        var changes = observed.faults.map { Change("certificate", from: $0, to: wanted) }
        changes += observed.access.changes(of: path, toMode: "0600", owner: "root:root")
        if observed.faults.isEmpty, !observed.isGiven {
            changes.append(Change("certificate", from: "another one", to: wanted))
        }
        return changes
    }

    public func remedy(for observed: Found?) -> Script {
        let make: Script =
            if let given {
                """
                printf %s \(given) >"$d/chain"
                [ "$(openssl pkey -in "$d/chain" -pubout)" = "$(openssl x509 -in "$d/chain" -noout -pubkey)" ] || {
                    echo 'the given certificate does not belong to the given key' >&2
                    exit 1
                }
                """
            } else {
                """
                # A common name has 64 letters at most; the alternative name is what counts.
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

    public func triggers(after changes: [Change]) -> [Trigger] { [Trigger(.reload, reload)] }
}
