import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Resources
import Sites

/// The options for files and output that all commands share.
struct SharedOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Path of the inventory file (default: the only .yml file in Inventory/).")
    var inventory: String?

    @Option(
        name: .shortAndLong,
        help: """
            Path of the playbook (default: the inventory's `playbook`; else Playbooks/backup-mx.yml, or if there is none the \
            standard one, which is a part of this program).
            """)
    var playbook: String?

    @Option(
        help: ArgumentHelp(
            "A further folder whose files the playbook may use as `source`; may be repeated.", valueName: "dir"))
    var sourceRoot: [String] = []

    @Option(help: "Folder for state and journals (default: $XDG_STATE_HOME/mxprovision).")
    var stateDir: String?

    @Option(
        help: """
            Folder for mail that `rebuild` keeps until it is in the new container (default: \
            $XDG_DATA_HOME/mxprovision/queues). It is outside the state, because the state may be deleted.
            """)
    var queueDir: String?

    @Flag(help: "Print one JSON object per event and line, instead of text.")
    var json = false

    @Flag(help: "Keep the ssh connection to a guest open for two minutes, and use one that is open.")
    var keepConnection = false

    @Flag(
        name: .shortAndLong,
        help: """
            Also show the scripts that are sent, without their secrets, how long each took, and every change of a step.
            """)
    var verbose = false

    @OptionGroup var timeouts: TimeoutOptions

    /// Returns the path of the inventory file.
    ///
    /// - Throws: `UsageMistake` if no inventory is given and the folder does not contain exactly one.
    func inventoryPath() throws -> String {
        if let inventory { return inventory }
        let found = ((try? FileManager.default.contentsOfDirectory(atPath: "Inventory")) ?? [])
            .filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }.sorted()
        guard let only = found.first, found.count == 1 else {
            throw UsageMistake(
                what: found.isEmpty
                    ? "no inventory given, and none found in Inventory/"
                    : "no inventory given, and Inventory/ has several: \(found.joined(separator: ", "))",
                next: "Use `--inventory FILE`."
            )
        }
        return "Inventory/" + only
    }

    var states: StateDirectory {
        stateDir.map { StateDirectory(root: $0) }
            ?? .standard(environment: ProcessInfo.processInfo.environment)
    }

    var queues: QueueDirectory {
        // The path is stored in the state, so it must not depend on the working directory of the next run.
        queueDir.map { QueueDirectory(root: URL(filePath: $0).standardizedFileURL.path(percentEncoded: false)) }
            ?? .standard(environment: ProcessInfo.processInfo.environment)
    }

    /// Returns the handler of a site's events.
    func report(for site: String) -> EventHandler {
        if json {
            return { event in
                if case .sent = event, !verbose { return }
                do { Console.print(unescaped: try JSONLine.encode(JSONLine(event, site: site))) } catch {
                    Console.complain(error)
                }
            }
        }
        let style: ConsoleLine.Style =
            Console.usesColour(environment: ProcessInfo.processInfo.environment) ? .coloured : .plain
        return { event in
            if case .sent(let script) = event, verbose {
                Console.talk(script.asListing)
            }
            let isShown = ProgressLine.current.note(event)
            if case .waiting = event, isShown { return }
            if let text = ConsoleLine(event: event, style: style, isVerbose: verbose).text {
                Console.print(unescaped: text)
            }
        }
    }
}
