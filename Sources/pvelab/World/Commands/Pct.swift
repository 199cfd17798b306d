import ArgumentParser
import Foundation

/// `pvelab pct …`: the part of the node's `pct` that its script does not implement.
struct Pct: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The node's `pct`, except `exec`.",
        shouldDisplay: false
    )

    @OptionGroup var lab: LabOptions

    @Argument(parsing: .captureForPassthrough)
    var words: [String]

    func run() async throws {
        switch words.first {
        case "push": try await push(Array(words.dropFirst()))
        case "create": try await create(Array(words.dropFirst()))
        case "running": try await requireRunning(words.last ?? "")
        default: try await ControlSocket(path: lab.world.folder.controlSocket).ask(["pct"] + words).finish()
        }
    }

    /// Creates a guest. `--ssh-public-keys` names a file of the node.
    private func create(_ words: [String]) async throws {
        var words = words
        for index in words.indices {
            let parts = words[index].split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.first?.wholeMatch(of: /--?ssh-public-keys/) != nil else { continue }
            if parts.count > 1 {
                words[index] = "--ssh-public-keys=" + (try LabFolder.read(parts[1]))
            } else if index + 1 < words.count {
                words[index + 1] = try LabFolder.read(words[index + 1])
            }
        }
        try await ControlSocket(path: lab.world.folder.controlSocket).ask(["pct", "create"] + words).finish()
    }

    /// Fails unless the guest runs, with Proxmox's message and Perl's exit status. The script calls it before it
    /// becomes lxc-attach.
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

    /// Handles `pct push ID FILE DESTINATION [--user …] [--group …] [--perms …]`. Like Proxmox's, it ends with 0 even
    /// if the copy failed.
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
