import Alerts
import ConfigurationFiles
import Engine
import Foundation
import RemoteShell
import Resources
import Sites

/// Keeps a serving Postfix from permanently rejecting valid mail while a run changes it (``ServiceProtection``).
///
/// A block in master.cf sets `soft_bounce=yes` (postconf(5)) for the public smtpd and for the delivery agents, so that
/// nothing is rejected or bounced permanently. It adds a listener on the loopback interface with `soft_bounce=no`,
/// which the verification uses.
struct MailProtection {
    let verification: BackupMXVerification
    var postfix = "/etc/postfix"
    var spool = "/var/spool/postfix"
    var folder = "/var/lib/mxprovision"

    /// The loopback port of the verification's listener.
    static let port = 10525

    var flag: String { folder + "/run/temporary-answers" }
    private var before: String { folder + "/before" }
    private var good: String { folder + "/good" }

    var protection: ServiceProtection {
        ServiceProtection(
            begin: "\(functions)\n\(begin)", keep: "[ ! -e \(flag) ] || (\(functions)\nprotect)",
            commit: "\(functions)\n\(commit)",
            backups: [
                .init(name: "the configuration from before this run", restore: restore(before)),
                .init(name: "the last verified configuration", restore: restore(good)),
            ],
            lastVerification: "cat \(good + "/verification.json")",
            verification: { Self.verification(in: $0) })
    }

    /// The shell functions `serving`, `valid DIR`, `edit` and `protect`. They use shell built-ins if possible: a
    /// process costs a guest one to two milliseconds.
    private var functions: Script {
        """
        \(Script.replacement)
        main=
        serving() {
            { read -r main <\(spool + "/pid/master.pid"); } 2>/dev/null && { read -r name <"/proc/$main/comm"; } 2>/dev/null &&
                [ "$name" = master ]
        }
        # A master that reads a damaged configuration ends. Any program of Postfix's reads all of main.cf at its start.
        valid() {
            [ "$(postmap -c "$1" -q a 'inline:{a=b}' 2>/dev/null)" = b ] && postconf -c "$1" -M >/dev/null 2>&1
        }
        edit() {
            new=$(mktemp \(postfix + "/.master.cf.XXXXXX")) || return 1
            if sed -e '/^# mxprovision guard {$/,/^# mxprovision guard }$/d' "$@" \(postfix + "/master.cf") >"$new"; then
                chmod 644 "$new" && \(.aged(#""$new""#)) && mv -T "$new" \(postfix + "/master.cf")
            else
                rm -f "$new"
                return 1
            fi
        }
        protect() {
            [ -f \(postfix + "/master.cf") ] || return 0
            # No delivery agent may bounce queued mail.
            agents=$(mktemp) || return 0
            printf '%s\\n' '# mxprovision guard {' '    -o soft_bounce=yes' '# mxprovision guard }' >"$agents"
            edit -e '/^smtp[[:space:]][[:space:]]*inet[[:space:]]/r /dev/stdin' \
                -e "/^\\(cleanup\\|qmgr\\|smtp\\|error\\|local\\|virtual\\|lmtp\\)[[:space:]][[:space:]]*unix[[:space:]]/r $agents" <<'END' || :
        # mxprovision guard {
            -o soft_bounce=yes
        127.0.0.1:\(Self.port) inet n - y - - smtpd
            -o soft_bounce=no -o syslog_name=postfix/verification
        # mxprovision guard }
        END
            rm -f "$agents"
        }
        """
    }

    private var begin: Script {
        """
        if [ ! -e \(flag) ] && { serving || [ -e \(good) ]; } && [ -d \(postfix) ]; then
            (umask 077; make_room \(flag))
            rm -rf \(before + ".new") \(before)
            (umask 077; mkdir \(before + ".new"))
            cp -a \(postfix) \(before + ".new/postfix") && mv -T \(before + ".new") \(before) ||
                rm -rf \(before + ".new")
            protect
            if serving && valid \(postfix); then kill -HUP "$main"; fi
            : >\(flag)
        fi
        """
    }

    /// The verification as JSON, with only the parts that a verification's session needs.
    private var expectation: String {
        var short = verification
        short.recipients = Array(verification.recipients.prefix(8))
        short.domains = Array(verification.domains.prefix(2))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(short)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private var commit: Script {
        """
        if [ -e \(flag) ]; then
            edit
            if serving; then kill -HUP "$main"; fi
            rm -f \(flag)
        fi
        rm -rf \(good + ".new") \(before)
        (umask 077; make_folder \(good + ".new"))
        cp -a \(postfix) \(good + ".new/postfix")
        printf %s \(expectation) >\(good + ".new/verification.json")
        rm -rf \(good)
        mv -T \(good + ".new") \(good)
        """
    }

    /// Puts each stored file in its place by a rename, and restarts Postfix with temporary answers.
    private func restore(_ backup: String) -> Script {
        """
        \(functions)
        [ -d \(backup + "/postfix") ] || exit \(ServiceProtection.noBackup)
        valid \(backup + "/postfix") || { echo 'it is damaged' >&2; exit \(ServiceProtection.noBackup); }
        copy=\(postfix + ".mxprovision")
        trap 'rm -rf "$copy"' EXIT
        rm -rf "$copy"
        cp -a \(backup + "/postfix") "$copy"
        cd "$copy"
        find . ! -type d | while IFS= read -r file; do
            target=\(postfix)/$file
            make_room "$target"
            mv -T "$file" "$target"
        done
        cd /
        protect
        # A restart also ends the minute for which a master starts no process of a service whose processes have failed, and
        # must not be refused because the failed configuration was started too often.
        systemctl reset-failed postfix.service 'postfix@*.service' 2>/dev/null || :
        # After an upgrade from Debian 12, a restart would conflict with the instance of that release.
        \(MailQueue.stop)
        \(MailQueue.resume)
        """
    }
}

extension MailProtection {
    /// Returns the verification that the last verified configuration has passed, or nil if there is none.
    static func verification(in answer: CommandResult) -> BackupMXVerification? {
        guard answer.exit == 0 else { return nil }
        return try? JSONDecoder().decode(BackupMXVerification.self, from: answer.output)
    }
}
