import ArgumentParser
import Foundation

/// `pvelab pct …`: what the node's `pct` script cannot do by itself.
struct Pct: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The node's `pct`, but for `exec`.",
        shouldDisplay: false
    )

    @OptionGroup var lab: LabOptions

    @Argument(parsing: .captureForPassthrough)
    var words: [String]

    func run() async throws {
        switch words.first {
        case "push": try await push(Array(words.dropFirst()))
        case "running": try await requireRunning(words.last ?? "")
        default: try ControlSocket(path: lab.world.folder.controlSocket).ask(["pct"] + words).finish()
        }
    }

    /// Asked by the script before it becomes lxc-attach. Proxmox's words, and the status that its Perl dies with.
    private func requireRunning(_ word: String) async throws {
        let files = RootFilesystem(folder: "\(lab.world.folder.guests)/\(word)")
        guard let id = Int(word), files.exists else {
            try ControlAnswer(
                status: 2,
                error: "Configuration file 'nodes/\(Topology.nodeName)/lxc/\(word).conf' does not exist\n"
            ).finish()
            return
        }
        guard await lab.world.runtime.isRunning(id) else {
            try ControlAnswer(status: 255, error: "container '\(word)' not running!\n").finish()
            return
        }
    }

    /// `pct push ID FILE DESTINATION [--user …] [--group …] [--perms …]`; as Proxmox's, it ends with 0 even if the copy failed.
    private func push(_ words: [String]) async throws {
        guard words.count >= 3, let id = Int(words[0]) else {
            throw LabError.refused("400 not enough arguments\npct push <vmid> <file> <destination> [OPTIONS]")
        }
        let container = lab.world.runtime.container(id)
        guard await container.isRunning else { throw LabError.notRunning(id) }
        var options: [String: String] = [:]
        for index in stride(from: 3, to: words.count - 1, by: 2) {
            options[words[index].trimmingCharacters(in: ["-"])] = words[index + 1]
        }
        let script = #"cat > "$1"; chown "$2:$3" "$1"; if [ "$4" ]; then chmod "$4" "$1"; fi"#
        let attach = container.lxc(
            "attach", "--clear-env", "--", "sh", "-euc", script, "sh", words[2],
            options["user"] ?? "0", options["group"] ?? "0", options["perms"] ?? ""
        )
        let copy = Tool(["sh", "-c", #"file=$1; shift; exec "$@" < "$file""#, "sh", words[1]] + attach.words)
        let outcome = try await copy.outcome()
        FileHandle.standardError.write(Data(outcome.said.utf8))
    }
}
