import Foundation

/// The node's other commands, as far as the documentation and advice use them.
extension Node {
    /// Runs `pveum`, `pvesm`, `pvenode`, `pvecm` or `pveam`, given by the first word.
    func tool(_ words: [String]) -> ControlAnswer {
        let rest = Array(words.dropFirst())
        switch words.first {
        case "pveum": return pveum(rest)
        case "pvesm" where rest.first == "status": return storageStatus(CommandLineWords.split(rest).options["content"])
        case "pvesm" where rest.first == "list" && rest.count == 2: return volumes(on: rest[1])
        case "pvenode" where rest == ["cert", "info"]: return certificateInfo()
        case "pvecm" where rest == ["status"] || rest == ["nodes"]:
            return ControlAnswer(
                status: 2,
                error: """
                    Error: Corosync config '/etc/pve/corosync.conf' does not exist - is this node part of a cluster?

                    """)
        case "pveam" where rest.first == "available":
            return ControlAnswer(output: templates.map { "system          \($0.file)\n" }.joined())
        case "pveam" where rest.first == "list" && rest.count == 2: return templateList(of: rest[1])
        default:
            return ControlAnswer(status: 255, error: "ERROR: unknown command '\(words.joined(separator: " "))'\n")
        }
    }

    private func storageStatus(_ content: String?) -> ControlAnswer {
        let wanted = content.map { Set(Self.list($0)) }
        let rows = storages.filter { storage in
            wanted.map { !$0.isDisjoint(with: Self.list(storage.content)) } ?? true
        }
        func line(_ cells: [String]) -> String {
            zip(cells, [12, 10, 10, 12, 12, 12]).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                .joined(separator: " ") + "\n"
        }
        let head = line(["Name", "Type", "Status", "Total", "Used", "Available"])
        return ControlAnswer(
            output: head
                + rows.map { storage in
                    let sizes =
                        storage.isEnabled ? [storage.size, storage.used, storage.size - storage.used] : [0, 0, 0]
                    return line(
                        [storage.name, storage.kind.rawValue, storage.isEnabled ? "active" : "disabled"]
                            + sizes.map { String($0 / 1024) })
                }.joined())
    }

    private func templateList(of storage: String) -> ControlAnswer {
        let rows = templates.filter { $0.storage == storage }.map { template in
            (
                template.volume,
                "\((Double(template.size) / 1_048_576).formatted(.number.precision(.fractionLength(2))))MB"
            )
        }
        let lines = ([("NAME", "SIZE  ")] + rows).map {
            $0.padding(toLength: 60, withPad: " ", startingAt: 0) + " \($1)\n"
        }
        return ControlAnswer(output: lines.joined())
    }

    private func volumes(on storage: String) -> ControlAnswer {
        let named = guests.values.map(\.volume) + templates.map(\.volume)
        let volumes = (named + orphans).filter { $0.hasPrefix(storage + ":") }.sorted()
        return ControlAnswer(output: (["Volid"] + volumes).map { $0 + "\n" }.joined())
    }

    /// Returns the certificates. The one of the authority comes first, as on a real node.
    private func certificateInfo() -> ControlAnswer {
        let text = [authority, certificate].map { shown in
            let rule = "+-----------------+" + String(repeating: "-", count: 98) + "+\n"
            let rows = [("filename", shown.name), ("fingerprint", shown.fingerprint)].map { key, value in
                let cells = [(key, 15), (value, 96)].map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                return "| \(cells.joined(separator: " | ")) |\n\(rule)"
            }
            return rule + rows.joined()
        }
        return ControlAnswer(output: text.joined())
    }
}
