import Alerts
import ConfigurationFiles
import Engine
import Foundation
import MailChecks
import RemoteShell
import Resources
import Sites
import Synchronization

/// An SMTP session with a guest's own port 25 that a script in the guest holds. It runs in one round trip together with
/// other remote commands; through a forwarded stream each reply would take a round trip.
struct LoopbackSession: Sendable {
    let check: BackupMXCheck
    /// The host in the error if nothing listens on the port.
    let host: String
    var port = 25
    /// While this file exists, port 25 returns temporary codes, and ``guardedPort`` returns the codes to verify
    /// (``MailProtection``).
    var flag = "/nonexistent"
    var guardedPort = MailProtection.port
    /// Timeout for each line of a reply, in seconds. The greet delay of a server (postscreen) takes six.
    var patience = 30

    /// The script's exit status if a line of a reply has not arrived in time.
    private static let silence = 99
    /// Holds the session and prints the replies as they arrive. Needs bash, which every Debian has: no other shell can
    /// open a connection.
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

    /// The script that holds the session.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)``
    var script: Script {
        get throws { "bash -c \(Self.dialogue) smtp \(port) \(patience) \(flag) \(guardedPort) \(try check.session)" }
    }

    /// Evaluates the result of ``script``.
    ///
    /// - Throws: ``ShellError/noStream(host:port:reason:)`` if nothing listens on the port; ``SMTPError``
    func evaluate(_ answer: CommandResult) async throws -> [VerifiedCheck] {
        guard [0, Self.silence].contains(answer.exit) else {
            throw ShellError.noStream(host: host, port: port, reason: answer.tail)
        }
        do {
            return try await check.evaluate(SMTPDialogue(over: Transcript(answer.output))).map(VerifiedCheck.init)
        } catch SMTPError.ended(let command) where answer.exit == Self.silence {
            throw SMTPError.silent(after: command, seconds: patience)
        }
    }
}

/// A byte stream that returns what a server has sent in a finished session.
private final class Transcript: ByteStream {
    private let rest: Mutex<Data?>

    init(_ said: Data) { rest = Mutex(said) }

    func read() -> Data? { rest.withLock { $0.take() } }
    func write(_ data: Data) {}
}
