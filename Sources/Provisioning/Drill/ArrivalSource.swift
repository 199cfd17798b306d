import MailChecks
import RemoteShell

/// Where it can be seen which canaries have arrived at the primary.
protocol ArrivalSource: Sendable {
    /// Whether it shows what is in a message.
    var showsContent: Bool { get }
    /// For the report: "the mailbox, by `cat …`".
    var name: String { get }
    /// All that is there of a run's canaries.
    func look(forRun run: String) async throws -> [CanaryCopy]
    func close() async
}

/// A program on this machine that prints the mailbox.
struct MailboxProgram: ArrivalSource {
    let command: [String]

    let showsContent = true
    var name: String { "the mailbox, by `\(command.joined(separator: " "))`" }

    /// - Throws: ``DrillError/mailboxUnread(command:reason:)``
    func look(forRun run: String) async throws -> [CanaryCopy] {
        // It may look for the run, as `doveadm fetch` can, where the mailbox is large.
        let script: Script = "export MXPROVISION_DRILL=\(run)\nexec \(command) </dev/null"
        let answer: Completion
        do {
            answer = try await ProcessShell.operators.run(script, Wait(.program, for: "the mailbox command"))
        } catch let error as ShellError {
            throw DrillError.mailboxUnread(command: command, reason: Complaint(error).text)
        }
        guard answer.exit == 0 else {
            throw DrillError.mailboxUnread(command: command, reason: "exit status \(answer.exit)\n\(answer.tail)")
        }
        return CanaryCopy.all(ofRun: run, in: answer.output)
    }

    func close() async {}
}

/// The primary's own log, read there.
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

    /// Lines about the queue ids of the run's messages; the others stay there.
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
            // A drill takes minutes; the mail facility (syslog(3)).
            case .journal: "journalctl --quiet --no-pager --output short --since -6h SYSLOG_FACILITY=2"
            // Logs are turned over at night.
            case .file(let path): "{ [ ! -f \(path + ".1") ] || cat \(path + ".1"); cat \(path); }"
            }
        let mayRead: Script =
            if case .file(let path) = log { "[ -r \(path) ] || { ls -l \(path); exit 1; }" } else { ":" }
        return "set -eu\n\(mayRead)\n\(source) | \(filter)"
    }

    func close() async { await shell.close() }
}
