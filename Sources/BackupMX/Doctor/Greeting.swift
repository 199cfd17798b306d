import Alerts
import Engine
import RemoteShell
import Resources
import Sites

/// The first line of an SMTP server, or the reason why there is none.
struct Greeting: Sendable, Equatable {
    var text: String
    /// Whether the connection succeeded.
    var isReached: Bool
    var isPositive: Bool { text.hasPrefix("220") }

    /// The timeout in seconds for connection and greeting. postscreen delays its greeting for six seconds.
    private static let patience = 12

    static func ask(_ host: String, _ port: Int, through shell: some Shell) async throws -> Greeting {
        Greeting(
            try await shell.run(
                """
                LC_ALL=C; export LC_ALL
                timeout \(patience) bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 3
                trap "" PIPE
                IFS= read -r line <&3
                printf "%s\\n" "$line"
                printf "QUIT\\r\\n" >&3
                exit 0' \(host) \(port)
                """))
    }

    init(_ answer: CommandResult) {
        let line = answer.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let reason = answer.errorText.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        isReached = answer.exit == 0
        text =
            switch answer.exit {
            case 0: line.isEmpty ? "connected, but the server closed the connection without a greeting" : line
            case 124: "no answer within \(Self.patience) s"
            // bash: connect: Connection refused
            default: reason.split(separator: ": ").last.map(String.init) ?? "exit status \(answer.exit)"
            }
    }
}
