import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Sites

extension PostfixFiles {
    /// Returns the script that replaces main.cf and master.cf with edited copies that Postfix's programs can read.
    ///
    /// It tries these versions of main.cf in order: the current one; the current one without the lines and parameters
    /// that the programs cannot read; only the playbook's settings. For master.cf: the current one; the package's; a
    /// minimal one of our own.
    ///
    /// - Parameters:
    ///   - edits: The definition of `edit`, which edits main.cf and master.cf in `$d`.
    ///   - isDamaged: Whether to rebuild the files without trying the current ones.
    static func repair(edits: Script, isDamaged: Bool, changesPermissions: Bool) -> Script {
        let asTheyAre: Script = """
            cat /etc/postfix/main.cf >"$d/main.cf" && cat /etc/postfix/master.cf >"$d/master.cf" &&
                edit 2>"$d/errors" && starts
            """
        let attempt: Script = isDamaged ? "false" : asTheyAre
        let access: Script = changesPermissions ? permissions : ":"
        return """
            \(.replacement)make_room \(main)
            make_room \(master)
            for f in \([spool] + queues + [drop]); do
                [ ! -d "$f" ] || continue
                [ "$f" = \(spool) ] || [ -e "$f" ] || continue
                echo "$f contains queued mail, but is not a directory. It is not replaced, because mail could be lost." >&2
                echo "Restore it; or, if there is no mail to restore, run in the guest: rm -f $f; mkdir $f" >&2
                exit 1
            done
            d=$(mktemp -d /etc/postfix/.mxprovision.XXXXXX)
            trap 'rm -rf "$d"' EXIT
            \(edits)
            \(checks)
            { \(attempt); } || {
            \(rebuilding)
            }
            for f in main.cf master.cf; do
                chmod 644 "$d/$f"
                \(.aged(#""$d/$f""#))
                mv -T "$d/$f" "/etc/postfix/$f"
            done
            \(access)
            """
    }

    /// The shell functions that check the copies.
    ///
    /// - `starts`: Whether a program of Postfix starts with the copies. Errors are in `$d/errors`.
    /// - `is_valid`: The same, and whether postconf(1) can read the copies completely.
    private static let checks: Script = """
        starts() {
            \(.aged(#""$d/main.cf" "$d/master.cf""#))
            postmap -c "$d" -q a 'inline:{a=b}' >/dev/null 2>>"$d/errors"
        }
        is_valid() {
            postconf -c "$d" -n >/dev/null 2>"$d/errors" && postconf -c "$d" -P >/dev/null 2>>"$d/errors" && starts
        }
        """

    private static let rebuilding: Script = """
        minimal='compatibility_level = 3.6
        myhostname = localhost.localdomain'
        is_whole() {
            awk -v names=\(required.joined(separator: " ")) '/^[^# \\t]/ {
                if ($2 == "inet" || $2 == "pass") listens = 1
                else seen[$1]
            }
            END { n = split(names, name, " "); for (i = 1; i <= n; i++) if (!(name[i] in seen)) exit 1; exit !listens }
            ' "$d/master.cf"
        }
        # The logical lines of main.cf that are entries, the last one of each name, except those in $1.
        salvage() {
            awk -v dropped=" $1 " '
                /[\\001-\\010\\013-\\037\\177]/ { name = ""; next }
                /^[A-Za-z0-9_]+[ \\t]*=/ {
                    name = $0
                    sub(/[ \\t]*=.*/, "", name)
                    if (!(name in text)) order[++n] = name
                    text[name] = $0
                    next
                }
                /^[ \\t]*(#|$)/ { next }
                /^[ \\t]/ { if (name != "") text[name] = text[name] "\\n" $0; next }
                { name = "" }
                END { for (i = 1; i <= n; i++) if (!index(dropped, " " order[i] " ")) print text[order[i]] }
                ' /etc/postfix/main.cf
        }
        # The parameters of the copy that occur in the error message of a program.
        blamed() {
            awk 'FILENAME == ARGV[1] {
                    if (/fatal: |macro/) { gsub(/[^A-Za-z0-9_]+/, " "); for (i = 1; i <= NF; i++) word[$i] }
                    next
                }
                /^[A-Za-z0-9_]+[ \\t]*=/ { sub(/[ \\t]*=.*/, ""); if ($0 in word) print }' "$d/errors" "$d/main.cf" | sort -u
        }
        keep() {
            [ ! -f "/etc/postfix/$1" ] || cat "/etc/postfix/$1" | replace 600 root:root "/etc/postfix/$1.mxprovision-damaged"
        }
        printf '%s\\n' "$minimal" >"$d/main.cf"
        is_found=no
        for f in /etc/postfix/master.cf /usr/share/postfix/master.cf.dist /etc/postfix/master.cf.proto -; do
            if [ "$f" = - ]; then printf %s \(minimalMaster) >"$d/master.cf"
            elif [ -f "$f" ]; then cat "$f" >"$d/master.cf"
            else continue
            fi
            if is_valid && is_whole; then
                is_found=yes
                break
            fi
            [ "$f" != /etc/postfix/master.cf ] || keep master.cf
        done
        [ $is_found = yes ] || { tail -n 2 "$d/errors" >&2; exit 1; }
        cp -p "$d/master.cf" "$d/master.good"
        is_found=no dropped=
        if [ -f /etc/postfix/main.cf ]; then
            cat /etc/postfix/main.cf >"$d/main.cf"
            if edit 2>"$d/errors" && is_valid; then is_found=yes
            else
                keep main.cf
                for attempt in 1 2 3 4 5 6 7 8 9; do
                    cp -p "$d/master.good" "$d/master.cf"
                    salvage "$dropped" >"$d/main.cf"
                    if edit 2>"$d/errors" && is_valid; then
                        is_found=yes
                        break
                    fi
                    before=$dropped
                    for name in $(blamed); do
                        case " $dropped " in *" $name "*) ;; *) dropped="$dropped $name" ;; esac
                    done
                    [ "$dropped" != "$before" ] || break
                done
            fi
        fi
        if [ $is_found = no ]; then
            cp -p "$d/master.good" "$d/master.cf"
            printf 'compatibility_level = 3.6\\n' >"$d/main.cf"
            edit
            is_valid || { tail -n 2 "$d/errors" >&2; exit 1; }
        fi
        """

    /// Sets the permissions of the folders, and the owner of the messages in them, which Postfix reads as the user
    /// `postfix`.
    private static let permissions: Script = """
        chown root:root /etc/postfix /var/spool/postfix
        chmod 755 /etc/postfix /var/spool/postfix
        for f in \(queues); do
            [ -d "$f" ] || continue
            find "$f" ! -user postfix -exec chown -h postfix {} +
            chown postfix:root "$f"
            chmod 00700 "$f"
        done
        if [ -d \(drop) ]; then
            find \(drop) ! -user postfix -exec chown -h postfix {} +
            chown postfix:postdrop \(drop)
            chmod 01730 \(drop)
        fi
        """

    /// The services that a relay needs, as in Debian 12.
    private static let minimalMaster = """
        smtp      inet  n       -       y       -       -       smtpd
        pickup    unix  n       -       y       60      1       pickup
        cleanup   unix  n       -       y       -       0       cleanup
        qmgr      unix  n       -       n       300     1       qmgr
        tlsmgr    unix  -       -       y       1000?   1       tlsmgr
        rewrite   unix  -       -       y       -       -       trivial-rewrite
        bounce    unix  -       -       y       -       0       bounce
        defer     unix  -       -       y       -       0       bounce
        trace     unix  -       -       y       -       0       bounce
        verify    unix  -       -       y       -       1       verify
        flush     unix  n       -       y       1000?   0       flush
        proxymap  unix  -       -       n       -       -       proxymap
        proxywrite unix -       -       n       -       1       proxymap
        smtp      unix  -       -       y       -       -       smtp
        relay     unix  -       -       y       -       -       smtp
            -o syslog_name=postfix/$service_name
        showq     unix  n       -       y       -       -       showq
        error     unix  -       -       y       -       -       error
        retry     unix  -       -       y       -       -       error
        discard   unix  -       -       y       -       -       discard
        local     unix  -       n       n       -       -       local
        virtual   unix  -       n       n       -       -       virtual
        lmtp      unix  -       -       y       -       -       lmtp
        anvil     unix  -       -       y       -       1       anvil
        scache    unix  -       -       y       -       1       scache
        postlog   unix-dgram n  -       n       -       1       postlogd

        """
}
