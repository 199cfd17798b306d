import Alerts
import Diagnostics
import Engine
import MailChecks
import RemoteShell
import Resources
import Sites

/// A source that shows which canaries have arrived at the primary.
protocol ArrivalSource: Sendable {
    /// Whether the source shows the content of messages.
    var showsContent: Bool { get }
    /// The source's name for the report: "the mailbox, by `cat …`".
    var name: String { get }
    /// Returns all canaries of a run that have arrived.
    func look(forRun run: String) async throws -> [CanaryCopy]
    func close() async
}

/// A program on this machine that prints the mailbox.
struct MailboxProgram: ArrivalSource {
    let command: [String]

    let showsContent = true
    var name: String { "the mailbox (`\(command.joined(separator: " "))`)" }

    /// - Throws: ``DrillError/mailboxUnread(command:reason:)``
    func look(forRun run: String) async throws -> [CanaryCopy] {
        // The command should print only the run's messages, because its output is limited.
        let script: Script = "export MXPROVISION_DRILL=\(run)\nexec \(command) </dev/null"
        let answer: CommandResult
        do {
            answer = try await ProcessShell.operators.run(script, Wait(.program, for: "the mailbox command"))
        } catch ShellError.flooded(_, let limit) {
            throw DrillError.mailboxTooLarge(command: command, limit: limit)
        } catch let error as ShellError {
            throw DrillError.mailboxUnread(command: command, reason: ErrorDescription(error).text)
        }
        guard answer.exit == 0 else {
            throw DrillError.mailboxUnread(command: command, reason: "exit status \(answer.exit)\n\(answer.tail)")
        }
        return CanaryCopy.all(ofRun: run, in: answer.output)
    }

    func close() async {}
}

/// The primary's mail log, read on the primary.
struct PrimaryLogReader: ArrivalSource {
    let log: DrillSettings.PrimaryLog
    let primary: String
    let shell: SSHShell

    let showsContent = false
    var name: String {
        switch log {
        case .journal: "the journal of \(primary)"
        case .file(let path): "\(path) of \(primary)"
        }
    }

    /// - Throws: `ShellError`, ``DrillError/logUnread(log:reason:)``
    func look(forRun run: String) async throws -> [CanaryCopy] {
        let answer = try await shell.run(Self.question(of: log, forRun: run))
        guard answer.exit == 0 else { throw DrillError.logUnread(log: name, reason: answer.tail) }
        return DeliveryLog.copies(ofRun: run, in: answer.text)
    }

    /// Returns the script that prints the log lines about the queue IDs of the run's messages. No other lines are
    /// transferred.
    static func question(of log: DrillSettings.PrimaryLog, forRun run: String) -> Script {
        let filter: Script = """
            awk -v run=\("message-id=<mxprovision-drill.\(run).") '
                !match($0, /\\]: [0-9A-Za-z]+: /) { next }
                { id = substr($0, RSTART + 3, RLENGTH - 5) }
                index($0, run) { ids[id] = 1 }
                id in ids'
            """
        let source: Script =
            switch log {
            // The mail facility (syslog(3)). A drill takes minutes.
            case .journal: "journalctl --quiet --no-pager --output short --since -6h SYSLOG_FACILITY=2"
            // Logs may have been rotated during the drill.
            case .file(let path): "{ [ ! -f \(path + ".1") ] || cat \(path + ".1"); cat \(path); }"
            }
        let mayRead: Script =
            if case .file(let path) = log { "[ -r \(path) ] || { ls -l \(path); exit 1; }" } else { ":" }
        return "set -eu\n\(mayRead)\n\(source) | \(filter)"
    }

    func close() async { await shell.close() }
}
