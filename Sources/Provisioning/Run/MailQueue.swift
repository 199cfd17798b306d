import RemoteShell

/// The guest's mail queue, counted by its files: cheap at any size, and right while Postfix is down (postfix.md 4).
enum MailQueue {
    /// Where messages lie. Beside them are `defer`, `bounce` and `trace`, which tell why they wait.
    static let folders = ["incoming", "active", "deferred", "hold", "maildrop"]

    private static let count: Script = """
        if [ -d /var/spool/postfix ]; then
            cd /var/spool/postfix
            n=$(find \(folders) -type f | wc -l)
        else
            n=0
        fi
        """

    /// Prints how many messages there are.
    static let size: Script = "\(count); echo $((n))"

    /// Has Postfix try to deliver all messages, until there are none or the time is over; prints how many are left.
    static func drain(seconds: Int) -> Script {
        """
        set -eu
        \(count)
        waited=0
        while [ "$n" -gt 0 ] && [ "$waited" -lt \(seconds) ]; do
            [ $((waited % 10)) -ne 0 ] || postqueue -f || true
            sleep 1
            waited=$((waited + 1))
            \(count)
        done
        echo $((n))
        """
    }

    /// Stops Postfix and prints how many messages there are: none can come any more.
    static let silence: Script = """
        set -eu
        if [ -d /var/spool/postfix ]; then systemctl stop 'postfix@-.service' postfix.service; fi
        \(count)
        echo $((n))
        """

    /// Takes back ``silence``.
    static let resume: Script = "systemctl start postfix.service"

    static func count(in answer: Completion) throws -> Int {
        let text = answer.text.split(whereSeparator: \.isWhitespace).first ?? ""
        guard answer.exit == 0, let count = Int(text) else {
            throw UnreadableAnswer(expected: "a number of queued messages", answer: answer)
        }
        return count
    }
}

extension MailQueue {
    /// Writes the queue of a silenced Postfix as a compressed tar file to standard output, with a name of its own in it.
    ///
    /// The guest notes that it has what is in the file: should it stay, ``unpack`` puts nothing into it twice.
    static func pack(id: String) -> Script {
        """
        set -eu
        d=$(mktemp -d)
        trap 'rm -rf "$d"' EXIT
        echo \(id) >"$d/mxprovision-queue"
        mkdir -p /var/lib/mxprovision/imported
        : >/var/lib/mxprovision/imported/\(id)
        tar --create --gzip --file - --directory "$d" mxprovision-queue \
            --directory /var/spool/postfix \(folders) defer bounce trace
        """
    }

    /// Puts a packed queue, from standard input, into the guest's own, and prints how many messages that were.
    ///
    /// A second time changes nothing, wherever the first one was cut off. What was unpacked whole gets its id as its name,
    /// and is never unpacked again; from there each message goes to its place by one rename, which it can do only once,
    /// whatever Postfix does meanwhile. postsuper(1) gives a queue from another machine its names.
    static let unpack: Script = """
        set -eu
        umask 077
        spool=/var/spool/postfix
        fresh=$spool/mxprovision-import
        rm -rf "$fresh"
        mkdir "$fresh"
        tar --extract --gzip --file - --same-owner --same-permissions --directory "$fresh"
        id=$(cat "$fresh/mxprovision-queue")
        case $id in *[!0-9a-f-]*|'') echo 'this is no exported queue' >&2; exit 65 ;; esac
        cd "$fresh"
        n=$(find \(folders) -type f | wc -l)
        imported=/var/lib/mxprovision/imported
        if [ ! -e "$imported/$id" ]; then
            systemctl stop 'postfix@-.service' postfix.service
            if [ ! -e "$spool/mxprovision-$id" ]; then
                sync
                mv "$fresh" "$spool/mxprovision-$id"
            fi
            cd "$spool/mxprovision-$id"
            find \(folders) defer bounce trace -type d | while read -r folder; do
                [ -d "$spool/$folder" ] || install -d -o postfix -g root -m 700 "$spool/$folder"
            done
            find defer bounce trace \(folders) -type f | while read -r file; do mv "$file" "$spool/$file"; done
            mkdir -p "$imported"
            : >"$imported/$id"
            sync
            postsuper -s
        fi
        cd /
        rm -rf "$fresh" "$spool/mxprovision-$id"
        systemctl start postfix.service
        postqueue -f || true
        echo $((n))
        """
}
