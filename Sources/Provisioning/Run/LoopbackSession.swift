import Foundation
import MailChecks
import RemoteShell
import Synchronization

/// An SMTP session with a guest's own port 25 that the guest itself holds, so that it goes in one round trip with other
/// errands: through a stream of its own each reply would take one.
struct LoopbackSession: Sendable {
    let check: BackupMXCheck
    /// For the error where nobody listens.
    let host: String
    var port = 25
    /// While this file exists, port 25 answers temporary codes, and ``guardedPort`` those that are to be judged
    /// (``MailProtection``).
    var flag = "/nonexistent"
    var guardedPort = MailProtection.port
    /// How long a line of a reply may take, in seconds: a greet delay of a server (postscreen) takes six.
    var patience = 30

    /// What the script ends with where a line of a reply has not come in time.
    private static let silence = 99
    /// For bash, which every Debian has: no other shell opens a connection. Prints the replies as they come.
    private static let dialogue = """
        patience=$2 lines=0
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
        reply() {
            while IFS= read -r -t "$patience" -u 3 line || { [ $? -gt 128 ] && exit \(silence); exit 0; }; do
                printf '%s\\n' "$line"
                lines=$((lines + 1))
                [ $lines -lt 400 ] || exit 0
                case $line in ???-*) ;; *) return ;; esac
            done
        }
        if [ -e "$3" ]; then
            # The public port has to greet too.
            IFS= read -r -t "$patience" -u 3 line || exit \(silence)
            case $line in 220*) ;; *) printf '%s\\n' "$line"; exit 0 ;; esac
            exec 3<&-
            for ((tries = 0; tries < 50; tries++)); do
                { exec 3<>"/dev/tcp/127.0.0.1/$4"; } 2>/dev/null && break
                sleep 0.1
            done
            [ "$tries" -lt 50 ] || { echo "no listener for the verification on port $4" >&2; exit 1; }
        fi
        shift 4
        reply
        for command; do
            printf '%s\\r\\n' "$command" >&3
            reply
        done
        """

    /// - Throws: ``SMTPError/unsendable(command:)``
    var script: Script {
        get throws { "bash -c \(Self.dialogue) smtp \(port) \(patience) \(flag) \(guardedPort) \(try check.session)" }
    }

    /// - Throws: ``ShellError/noStream(host:port:reason:)`` where nobody listens; ``SMTPError``
    func judge(_ answer: Completion) async throws -> [VerifiedCheck] {
        guard [0, Self.silence].contains(answer.exit) else {
            throw ShellError.noStream(host: host, port: port, reason: answer.tail)
        }
        do {
            return try await check.judge(SMTPDialogue(over: Transcript(answer.output))).map(VerifiedCheck.init)
        } catch SMTPError.ended(let command) where answer.exit == Self.silence {
            throw SMTPError.silent(after: command, seconds: patience)
        }
    }
}

/// What a server has said in a session that is over.
private final class Transcript: ByteStream {
    private let rest: Mutex<Data?>

    init(_ said: Data) { rest = Mutex(said) }

    func read() -> Data? { rest.withLock { $0.take() } }
    func write(_ data: Data) {}
}
