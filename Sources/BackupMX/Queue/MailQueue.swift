import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Sites

/// The guest's mail queue. Its messages are counted by their files: fast for any size, and correct while Postfix is
/// down (postfix.md 4).
enum MailQueue {
    /// The folders of messages that wait for their delivery. Beside them, `defer`, `bounce` and `trace` contain the
    /// reasons.
    static let folders = ["incoming", "active", "deferred", "hold", "maildrop"]
    /// The folders in which Postfix puts aside messages that it cannot read. They never leave them by themselves.
    static let asideFolders = ["corrupt", "saved"]
    /// All folders that contain messages.
    static let messageFolders = folders + asideFolders
    /// All folders of a queue that are packed.
    static let allFolders = messageFolders + ["defer", "bounce", "trace"]
    /// The folder in which a guest records the ids of the packed queues whose messages are, or were, in its own queue.
    private static let known = "/var/lib/mxprovision/imported"

    private static let count = count(folders)

    private static func count(_ folders: [String]) -> Script {
        """
        if [ -d /var/spool/postfix ]; then
            cd /var/spool/postfix
            n=$(find \(folders) -type f 2>/dev/null | wc -l)
        else
            n=0
        fi
        """
    }

    /// Prints how many messages wait for their delivery.
    static let size: Script = "\(count); echo $((n))"

    /// Prints how many messages Postfix has put aside.
    static let asideSize: Script = "\(count(asideFolders)); echo $((n))"

    /// Makes Postfix retry all messages until the queue is empty or the time is over. Prints how many are left.
    ///
    /// Starts Postfix first, because a run that was killed may have stopped it.
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

    /// Stops Postfix and prints the number of messages, including those that it has put aside. No more can arrive.
    static let silence: Script = """
        set -eu
        if [ -d /var/spool/postfix ]; then \(stop); fi
        \(count(messageFolders))
        echo $((n))
        """

    /// Undoes ``silence``.
    static let resume: Script = "systemctl start postfix.service"

    /// Stops Postfix. Its processes belong to `postfix@-` on Debian 12, and to `postfix` on Debian 13.
    static let stop: Script = "systemctl stop postfix@-.service postfix.service"

    /// Prints whether a packed queue came from this guest's queue, or was imported into it.
    static func knows(_ id: String) -> Script { "if [ -e \(known)/\(id) ]; then echo yes; else echo no; fi" }

    static func count(in answer: CommandResult) throws -> Int {
        let text = answer.text.split(whereSeparator: \.isWhitespace).first ?? ""
        guard answer.exit == 0, let count = Int(text) else {
            throw UnreadableAnswer(expected: "a number of queued messages", answer: answer)
        }
        return count
    }
}

extension MailQueue {
    /// Writes the queue of a stopped Postfix as a compressed tar file to standard output. The file contains a unique
    /// id.
    ///
    /// The guest records the id: if the guest is kept, ``unpack`` does not import the messages twice.
    static func pack(id: String) -> Script {
        """
        set -eu
        d=$(mktemp -d)
        trap 'rm -rf "$d"' EXIT
        echo \(id) >"$d/mxprovision-queue"
        mkdir -p \(known)
        : >\(known)/\(id)
        sync \(known)/\(id) \(known)
        set --
        for folder in \(allFolders); do [ ! -d "/var/spool/postfix/$folder" ] || set -- "$@" "$folder"; done
        tar --create --gzip --format gnu --file - --directory "$d" mxprovision-queue --directory /var/spool/postfix "$@"
        """
    }

    /// Imports a packed queue from standard input into the guest's own. Prints how many messages it contained.
    ///
    /// It can be repeated after an interruption at any point. A completely unpacked queue is renamed to its id and
    /// never unpacked again. From there, each message is moved to its place by one rename, which can happen only once,
    /// whatever Postfix does at the same time. postsuper(1) gives a queue from another machine its names. Postfix runs
    /// again however the script ends.
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
        case $id in *[!0-9a-f-]*|'') echo 'this is not an exported queue' >&2; exit 65 ;; esac
        cd "$fresh"
        n=$(find \(messageFolders) -type f 2>/dev/null | wc -l)
        if [ ! -e \(known)/"$id" ]; then
            stopped=yes
            \(stop)
            if [ ! -e "$spool/mxprovision-$id" ]; then
                sync
                mv "$fresh" "$spool/mxprovision-$id"
            fi
            cd "$spool/mxprovision-$id"
            find \(allFolders) -type d 2>/dev/null | while read -r folder; do
                [ -d "$spool/$folder" ] || install -d -o postfix -g root -m 700 "$spool/$folder"
            done
            find defer bounce trace \(messageFolders) -type f 2>/dev/null | while read -r file; do mv -T "$file" "$spool/$file"; done
            mkdir -p \(known)
            : >\(known)/"$id"
            sync
            cd /
        fi
        rm -rf "$spool/mxprovision-$id"
        echo $((n))
        """
}
