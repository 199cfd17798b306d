/// The commands that a text shows to its readers.
package enum ShownCommands {
    /// The programs whose commands are found in running text. Other words between backticks are names.
    package static let programs = [
        "pveum", "pvesm", "pvenode", "pvesh", "pveam", "pvecm", "pct", "qm", "mxprovision", "make", "ssh", "ssh-keygen",
        "ssh-keyscan",
        "chmod", "chown", "rm", "mkdir", "cat", "ip", "df", "ss", "dig", "journalctl", "systemctl", "postconf",
        "postqueue", "ufw",
        "openssl", "apt", "apt-get", "ping", "hostname",
    ]

    /// Returns the shell blocks of a Markdown text, fenced or indented. In a transcript, only lines after a prompt are
    /// commands.
    package static func blocks(inMarkdown text: String) -> [String] {
        var blocks: [[Substring]] = [[]]
        var fence: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let mark = line.drop { $0 == " " }
            if mark.hasPrefix("```") {
                fence = fence == nil ? mark.dropFirst(3).prefix { $0 != " " } : nil
                blocks.append([])
            } else if let fence {
                if ["", "sh", "bash", "shell", "console"].contains(fence) { blocks[blocks.count - 1].append(line) }
            } else if line.hasPrefix("    ") {
                blocks[blocks.count - 1].append(line)
            } else if !mark.isEmpty, !blocks[blocks.count - 1].isEmpty {
                blocks.append([])
            }
        }
        return blocks.map(commands).filter { !$0.isEmpty }
    }

    private static func commands(of block: [Substring]) -> String {
        let prompted = block.compactMap { line in
            let text = line.drop { $0 == " " }
            return text.hasPrefix("$ ") ? String(text.dropFirst(2)) : nil
        }
        let isTranscript = block.contains { $0.drop { $0 == " " }.hasPrefix("$ ") }
        return (isTranscript ? prompted : block.map(String.init)).joined(separator: "\n")
    }

    /// Returns the commands between backticks, outside of fenced blocks.
    package static func inline(in text: String) -> [String] {
        var isFenced = false
        let prose = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            let isFence = line.drop { $0 == " " }.hasPrefix("```")
            if isFence { isFenced.toggle() }
            return !isFence && !isFenced
        }
        return prose.joined(separator: "\n").matches(of: /`([^`]+)`/).map { String($0.output.1) }.filter { command in
            programs.contains { command.hasPrefix($0 + " ") }
        }
    }
}
