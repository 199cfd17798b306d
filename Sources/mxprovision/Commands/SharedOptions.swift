import ArgumentParser
import Foundation
import Provisioning

/// What every command is told about its files and its output.
struct SharedOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The inventory; the only one in Inventory/ where none is given.")
    var inventory: String?

    @Option(name: .shortAndLong, help: "The playbook.")
    var playbook = "Playbooks/backup-mx.yml"

    @Option(
        help: ArgumentHelp(
            "A further folder whose files the playbook may use as `source`; may be repeated.", valueName: "dir"))
    var sourceRoot: [String] = []

    @Option(help: "Where states and journals are kept; $XDG_STATE_HOME/mxprovision where none is given.")
    var stateDir: String?

    @Option(
        help: """
            Where `rebuild` keeps mail until it is in the new container (default: $XDG_DATA_HOME/mxprovision/queues); apart \
            from the state, as mail must outlive it.
            """)
    var queueDir: String?

    @Flag(help: "One JSON object an event, instead of lines for people.")
    var json = false

    @Flag(help: "Leave the ssh connection to a guest open for two minutes, for the next command, and use one that is.")
    var keepConnection = false

    @Flag(
        name: .shortAndLong,
        help: """
            Also the scripts that are sent, without their secrets, how long the guest took to answer each, and every \
            change of a step.
            """)
    var verbose = false

    @OptionGroup var timeouts: TimeoutOptions

    /// - Throws: `UsageMistake` where no inventory was named and there is not exactly one.
    func inventoryPath() throws -> String {
        if let inventory { return inventory }
        let found = ((try? FileManager.default.contentsOfDirectory(atPath: "Inventory")) ?? [])
            .filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }.sorted()
        guard let only = found.first, found.count == 1 else {
            throw UsageMistake(
                what: found.isEmpty
                    ? "no inventory was named, and there is none in Inventory/"
                    : "no inventory was named, and Inventory/ has several: \(found.joined(separator: ", "))",
                next: "Name it with `--inventory FILE`."
            )
        }
        return "Inventory/" + only
    }

    var states: StateDirectory {
        stateDir.map { StateDirectory(root: $0) }
            ?? .standard(environment: ProcessInfo.processInfo.environment)
    }

    var queues: QueueDirectory {
        // Recorded in the state, wherever the next run is started.
        queueDir.map { QueueDirectory(root: URL(filePath: $0).standardizedFileURL.path(percentEncoded: false)) }
            ?? .standard(environment: ProcessInfo.processInfo.environment)
    }

    /// Where a site's events go.
    func report(for site: String) -> Report {
        if json {
            return { event in
                if case .sent = event, !verbose { return }
                do { Console.print(try JSONLine.encode(JSONLine(event, site: site))) } catch { Console.complain(error) }
            }
        }
        let style: ConsoleLine.Style =
            Console.usesColour(environment: ProcessInfo.processInfo.environment) ? .coloured : .plain
        return { event in
            if case .sent(let script) = event, verbose {
                Console.talk(script.printable.split(separator: "\n").map { "      | \($0)" }.joined(separator: "\n"))
            }
            if let text = ConsoleLine(event: event, style: style, isVerbose: verbose).text { Console.print(text) }
        }
    }
}
