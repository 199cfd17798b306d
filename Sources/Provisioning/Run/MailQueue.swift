import RemoteShell

/// The guest's mail queue, counted by its files: cheap at any size, and right while Postfix is down (postfix.md 4).
enum MailQueue {
    /// Where messages lie. Beside them are `defer`, `bounce` and `trace`, which tell why they wait.
    static let folders = ["incoming", "active", "deferred", "hold", "maildrop"]
    /// All that is packed of a queue.
    static let allFolders = folders + ["defer", "bounce", "trace"]
    /// Where a guest notes the ids of the packed queues whose messages are, or were, in its own queue.
    private static let known = "/var/lib/mxprovision/imported"

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
    ///
    /// A run that was killed may have stopped Postfix.
    static func drain(seconds: Int) -> Script {
        """
        set -eu
        \(count)
        [ "$n" -eq 0 ] || \(resume) || true
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

    /// Prints whether a packed queue came from this guest's queue, or has been put into it.
    static func knows(_ id: String) -> Script { "if [ -e \(known)/\(id) ]; then echo yes; else echo no; fi" }

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
        mkdir -p \(known)
        : >\(known)/\(id)
        sync \(known)/\(id) \(known)
        tar --create --gzip --format gnu --file - --directory "$d" mxprovision-queue \
            --directory /var/spool/postfix \(allFolders)
        """
    }

    /// Puts a packed queue, from standard input, into the guest's own, and prints how many messages that were.
    ///
    /// A second time changes nothing, wherever the first one was cut off. What was unpacked whole gets its id as its name,
    /// and is never unpacked again; from there each message goes to its place by one rename, which it can do only once,
    /// whatever Postfix does at the same time. postsuper(1) gives a queue from another machine its names. However it ends, Postfix
    /// runs again.
    static let unpack: Script = """
        set -eu
        umask 077
        spool=/var/spool/postfix
        fresh=$spool/mxprovision-import
        stopped=
        finish() {
            status=$?
            trap - EXIT
            cd /
            rm -rf "$fresh"
            [ -z "$stopped" ] || postsuper -s || status=1
            if [ -n "$stopped" ] || [ "$status" -eq 0 ]; then \(resume) || status=1; fi
            [ "$status" -ne 0 ] || postqueue -f || true
            exit "$status"
        }
        trap finish EXIT
        trap 'exit 1' HUP INT TERM
        rm -rf "$fresh"
        mkdir "$fresh"
        tar --extract --gzip --file - --same-owner --same-permissions --directory "$fresh"
        id=$(cat "$fresh/mxprovision-queue")
        case $id in *[!0-9a-f-]*|'') echo 'this is no exported queue' >&2; exit 65 ;; esac
        cd "$fresh"
        n=$(find \(folders) -type f | wc -l)
        if [ ! -e \(known)/"$id" ]; then
            stopped=yes
            systemctl stop 'postfix@-.service' postfix.service
            if [ ! -e "$spool/mxprovision-$id" ]; then
                sync
                mv "$fresh" "$spool/mxprovision-$id"
            fi
            cd "$spool/mxprovision-$id"
            find \(allFolders) -type d | while read -r folder; do
                [ -d "$spool/$folder" ] || install -d -o postfix -g root -m 700 "$spool/$folder"
            done
            find defer bounce trace \(folders) -type f | while read -r file; do mv -T "$file" "$spool/$file"; done
            mkdir -p \(known)
            : >\(known)/"$id"
            sync
            cd /
        fi
        rm -rf "$spool/mxprovision-$id"
        echo $((n))
        """
}
