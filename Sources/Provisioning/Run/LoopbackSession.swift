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
    /// How long a line of a reply may take, in seconds: a greet delay of a server (postscreen) takes six.
    var patience = 30

    /// What the script ends with where a line of a reply has not come in time.
    private static let silence = 99
    /// For bash, which every Debian has: no other shell opens a connection. Prints the replies as they come.
    private static let dialogue = """
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
        patience=$2 lines=0
        shift 2
        reply() {
            while IFS= read -r -t "$patience" -u 3 line || { [ $? -gt 128 ] && exit \(silence); exit 0; }; do
                printf '%s\\n' "$line"
                lines=$((lines + 1))
                [ $lines -lt 400 ] || exit 0
                case $line in ???-*) ;; *) return ;; esac
            done
        }
        reply
        for command; do
            printf '%s\\r\\n' "$command" >&3
            reply
        done
        """

    /// - Throws: ``SMTPError/unsendable(command:)``
    var script: Script { get throws { "bash -c \(Self.dialogue) smtp \(port) \(patience) \(try check.session)" } }

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
