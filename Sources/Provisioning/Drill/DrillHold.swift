import RemoteShell

/// What keeps mail to one address in a guest's queue: an entry of its transport table whose next hop is a socket that is
/// not there. It stands in the built table alone, so the text that it is built from says otherwise, and `plan` and `up`
/// see a drift; and it says itself what it is, to whoever finds it without our state.
///
/// Why so: smtpd refuses mail whose transport is `retry` or `error`, and an access table's HOLD would hold a message's
/// other recipients too. The table is whole at any time, as a copy is changed and renamed. A reload follows, as qmgr
/// keeps its connection to a trivial-rewrite that has the old one open while it is busy (`ipc_idle`, and `ipc_ttl`,
/// 1000 s). All measured with 3.7.11.
enum DrillHold {
    private static let nextHop = "lmtp:unix:mxprovision-drill-"
    /// How ``place(on:run:)`` ends where there is no table, and where the address has a transport already.
    static let noTable = 3, taken = 4

    /// For each built table of `transport_maps`: its `$type`, `$path`, the file `$path$ending`, and a `$copy` beside it.
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

    /// Holds what comes to an address from now on.
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

    /// Lets everything go that a drill holds, whichever it was, and prints whom it held, one a line. Where nothing is
    /// held nothing is changed.
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

    /// Whom ``lift`` says that it has let go.
    ///
    /// - Throws: ``UnreadableAnswer``
    static func lifted(_ answer: Completion) throws -> [String] {
        guard answer.exit == 0 else {
            throw UnreadableAnswer(expected: "the addresses that a drill held", answer: answer)
        }
        return answer.text.split(separator: "\n").map(String.init)
    }
}
