import ConfigurationFiles
import Foundation
public import RemoteShell

extension ACMECertificate {
    static let hookPath = "/etc/letsencrypt/renewal-hooks/deploy/mxprovision"
    static let credentialsPath = "/etc/letsencrypt/mxprovision.ini"
    /// Stores the e-mail address that the account was last given, because certbot does not keep it.
    static let accountPath = "/etc/letsencrypt/mxprovision.account"
    package static let authorityPath = "/usr/local/share/ca-certificates/mxprovision-acme.crt"

    var lineage: String { "/etc/letsencrypt/live/\(hostname)" }
    package var settingsPath: String { "/etc/letsencrypt/renewal/\(hostname).conf" }

    /// The deploy hook that certbot runs after each issue: the first one by an option, later ones by certbot's timer.
    var hook: Script {
        """
        #!/bin/sh
        # Puts the certificate where it is read, key first, whole or not at all. Installed by mxprovision.
        set -eu
        [ "${RENEWED_LINEAGE:-}" = \(lineage) ] || exit 0
        \(.replacement)pem=$(cat "$RENEWED_LINEAGE/privkey.pem" "$RENEWED_LINEAGE/fullchain.pem")
        printf '%s\\n' "$pem" | replace 600 root:root \(path)
        systemctl try-reload-or-restart \(reload)

        """
    }

    package func holds(_ file: String, _ text: String, mode: String) -> Script {
        """
        { printf %s \(text) | cmp -s - \(file) && [ "$(stat -c '%a %U:%G' \(file))" = \(mode + " root:root") ]; }
        """
    }

    var isTrusting: Script {
        authorities.isEmpty ? "[ ! -e \(Self.authorityPath) ]" : holds(Self.authorityPath, authorities, mode: "644")
    }

    /// Compares the credentials inside the guest. Each command batch sends the key over ssh's encrypted standard input;
    /// no result contains it.
    var holdsCredentials: Script {
        guard let zone else { return "[ ! -e \(Self.credentialsPath) ]" }
        return """
            { printf %s \(zone.credentials) | cmp -s - \(Self.credentialsPath) &&
                [ "$(stat -c '%a %U:%G' \(Self.credentialsPath))" = '600 root:root' ]; }
            """
    }

    /// Sets up everything that the issue needs, then requests a certificate if one is needed, then writes the file if
    /// the hook has not done so.
    public func repair(for observed: Found?) -> Script {
        """
        command -v certbot >/dev/null || { echo 'certbot is not installed' >&2; exit 1; }
        log=$(mktemp)
        trap 'rm -f "$log"' EXIT
        \(.replacement)put() { replace "$1" root:root "$2"; }
        deploy() {
            cat \(lineage + "/privkey.pem") \(lineage + "/fullchain.pem") | cmp -s - \(path) ||
                RENEWED_LINEAGE=\(lineage) \(Self.hookPath)
        }
        # If the authority is not available, the old certificate is used until it expires. After that, a self-signed
        # one is as good. The last lines of certbot's output, which say where to get help, are removed.
        ask() {
            timeout -k 10 300 certbot "$@" --non-interactive >"$log" 2>&1 || {
                grep -Ev '^(Saving debug log to|Ask for help or search|See the logfile|$)' "$log" >&2 ||
                    echo 'certbot printed no error message (timeout: 300 s)' >&2
                openssl x509 -in \(lineage + "/cert.pem") -noout -checkend 0 >/dev/null 2>&1 && deploy
                exit \(Postponement.exit)
            }
        }
        \(isTrusting) || {
            \(trust)
            update-ca-certificates >/dev/null 2>&1
        }
        \(admission)
        printf %s \(hook.text) | put 755 \(Self.hookPath)
        \(issue(after: observed))
        deploy
        """
    }

    private var trust: Script {
        authorities.isEmpty
            ? "make_room \(Self.authorityPath); rm -f \(Self.authorityPath)"
            : "printf %s \(authorities) | put 644 \(Self.authorityPath)"
    }

    private var admission: Script {
        zone.map { "printf %s \($0.credentials) | put 600 \(Self.credentialsPath)" }
            ?? "make_room \(Self.credentialsPath); rm -f \(Self.credentialsPath)"
    }

    /// Requests a certificate only if the present one is missing or wrong, because authorities limit the number of
    /// requests.
    private func issue(after observed: Found?) -> Script {
        guard let observed else { return "\(order(["--keep-until-expiring"]))\n\(noting)" }
        let differences = differences(from: observed)
        var scripts: [Script] = []
        if observed.email != email, observed.settings["server"] == directory {
            scripts.append("ask update_account --server \(directory) --email \(email) --no-eff-email")
        }
        if !differences.isEmpty || !observed.faults.isDisjoint(with: [.ending, .other]) {
            // `--reuse-key` alone would also keep the old type of the key.
            let isOtherKeyWanted = keepsKey && observed.settings["key_type"] != key.rawValue
            scripts.append(order(["--force-renewal"] + (isOtherKeyWanted ? ["--new-key"] : [])))
        }
        return .lines(scripts.isEmpty ? [":"] : scripts + [noting])
    }

    private var noting: Script { "printf '%s\\n' \(email) | put 644 \(Self.accountPath)" }

    private func order(_ renewal: [String]) -> Script {
        let proof =
            zone.map {
                [
                    "--dns-rfc2136", "--dns-rfc2136-credentials", Self.credentialsPath,
                    "--dns-rfc2136-propagation-seconds", String($0.propagation),
                ]
            } ?? ["--standalone"]
        return """
            # certbot fails on an incomplete certificate, on settings that it cannot read, and on files where it expects links.
            grep -aq '^\\[renewalparams\\]$' \(settingsPath) && [ -L \(lineage + "/fullchain.pem") ] &&
                [ -L \(lineage + "/privkey.pem") ] && [ -L \(lineage + "/cert.pem") ] &&
                openssl x509 -in \(lineage + "/cert.pem") -noout 2>/dev/null && [ -s \(lineage + "/fullchain.pem") ] &&
                openssl pkey -in \(lineage + "/privkey.pem") -noout 2>/dev/null ||
                rm -rf \(settingsPath) \(lineage) \("/etc/letsencrypt/archive/\(hostname)")
            ask certonly --server \(directory) --agree-tos --email \(email) --no-eff-email \
                --cert-name \(hostname) --domain \(hostname) --key-type \(key.rawValue) \
                \(keepsKey ? "--reuse-key" : "--no-reuse-key") \(proof) --deploy-hook \(Self.hookPath) \(renewal)
            """
    }

    public func unlocked(environment: [String: String]) throws -> ACMECertificate {
        var unlocked = self
        unlocked.zone = try zone?.unlocked(environment: environment)
        return unlocked
    }
}
