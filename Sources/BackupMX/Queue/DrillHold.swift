import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Sites

/// An entry of a guest's transport table that keeps mail to one address in the queue: its next hop is a socket that
/// does not exist. The entry is only in the built table. Because the source text differs, `plan` and `up` detect a
/// drift. The entry's name says what it is, even without our state.
///
/// Alternatives do not work: smtpd refuses mail whose transport is `retry` or `error`, and HOLD in an access table also
/// holds the message's other recipients. The table is always complete, because a copy is changed and renamed. A reload
/// follows: while busy, qmgr keeps its connection to a trivial-rewrite that has the old table open (`ipc_idle`, and
/// `ipc_ttl`, 1000 s). All of this was measured with 3.7.11.
enum DrillHold {
    private static let nextHop = "lmtp:unix:mxprovision-drill-"
    /// The exit statuses of ``place(on:run:)`` if there is no table, and if the address already has a transport.
    static let noTable = 3, taken = 4

    /// Runs the body for each built table of `transport_maps`, with its `$type`, `$path`, the file `$path$ending`, and
    /// a `$copy` next to it.
    private static func eachTable(_ body: Script) -> Script {
        """
        set -euf
        maps=$(postconf -hx transport_maps 2>/dev/null | tr ',' ' ')
        for map in $maps; do
        type=${map%%:*} path=${map#*:}
        case $type in hash) ending=.db ;; lmdb) ending=.lmdb ;; *) continue ;; esac
        [ -e "$path$ending" ] || continue
        copy=$path.mxprovision-drill
        \(body)
        done
        """
    }

    private static let reload: Script = "if postfix status 2>/dev/null; then postfix reload 2>/dev/null; fi"

    /// Returns the script that holds new mail to an address.
    static func place(on address: String, run: String) -> Script {
        let (key, hop) = (address.lowercased(), nextHop + run)
        let place: Script = """
            if postmap -q \(key) "$map" >/dev/null; then exit \(taken); fi
            cp -p "$path$ending" "$copy$ending"
            printf '%s %s\\n' \(key) \(hop) | postmap -i "$type:$copy"
            mv -T "$copy$ending" "$path$ending"
            placed=$map
            break
            """
        return """
            placed=
            \(eachTable(place))
            [ -n "$placed" ] || exit \(noTable)
            \(reload)
            [ "$(postmap -q \(key) "$placed")" = \(hop) ]
            """
    }

    /// Removes the holds of all drills, and prints the held addresses, one per line. Changes nothing if there is no
    /// hold.
    static let lift: Script = {
        let lift: Script = """
            held=$(postmap -s "$map" | awk -v hop=\(nextHop) 'index($2, hop) == 1 { print $1 }')
            [ -n "$held" ] || { rm -f "$copy$ending"; continue; }
            cp -p "$path$ending" "$copy$ending"
            for key in $held; do postmap -d "$key" "$type:$copy"; echo "$key"; done
            mv -T "$copy$ending" "$path$ending"
            lifted=yes
            """
        return """
            command -v postconf >/dev/null && command -v postmap >/dev/null || exit 0
            lifted=
            \(eachTable(lift))
            [ -z "$lifted" ] || { \(reload); }
            """
    }()

    /// Returns the addresses that ``lift`` has released.
    ///
    /// - Throws: ``UnreadableAnswer``
    static func lifted(_ answer: CommandResult) throws -> [String] {
        guard answer.exit == 0 else {
            throw UnreadableAnswer(expected: "the addresses that a drill held", answer: answer)
        }
        return answer.text.split(separator: "\n").map(String.init)
    }
}
