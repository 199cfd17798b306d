import Foundation
import TestSupport
import Testing

extension `A backup MX in the lab` {
    /// Follows docs/getting-started.md and README as a new user does: pastes each command into an interactive bash.
    /// Commands for the node run as root on the node, all others in a new folder with a copy of the example inventory.
    @Suite struct `created by following the guide` {
        private static let (id, address, user, pool) = (146, "10.2.0.90", "newcomer@pve", "newcomers")
        private static let root = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../..").standardizedFileURL.path(percentEncoded: false)
        /// The programs of the tested commands. Commands of `make` are run by CI itself, or take hours.
        private static let programs = ["make", "mxprovision", "pveum", "pct", "cat", "for", "done"]

        private let lab: Lab
        private let readme: String
        private let guide: String
        private var pages: [String] { [guide, readme] }

        init() throws {
            lab = try Lab()
            readme = try String(contentsOfFile: Self.root + "/README.md", encoding: .utf8)
            guide = try String(contentsOfFile: Self.root + "/docs/getting-started.md", encoding: .utf8)
            let shell = """
                PATH=\(Self.root)/.build/debug:/usr/sbin:/usr/bin:/sbin:/bin PS1= PS2= HISTFILE=
                export HOME=\(lab.folder) MXPROVISION_TOKEN
                MXPROVISION_TOKEN=$(cat ~/token 2>/dev/null)
                cd \(lab.folder)
                \(Self.interactive)
                """
            try shell.write(toFile: lab.folder + "/bashrc", atomically: true, encoding: .utf8)
        }

        /// The settings of a user's terminal, with a line for each command that fails.
        private static let interactive = """
            set -o history -o histexpand
            trap 'echo "exit status $?: $BASH_COMMAND"' ERR

            """

        private struct Pasted {
            var output: String
            /// Errors of bash, and commands that failed, with their exit statuses.
            var complaints: [String]
        }

        private func paste(_ text: String, into program: String, _ words: [String]) throws -> Pasted {
            let input = lab.folder + "/pasted"
            try (text + "\n").write(toFile: input, atomically: true, encoding: .utf8)
            let command = ([program] + words).map { "'\($0.replacing("'", with: #"'\''"#))'" }.joined(separator: " ")
            let outcome = try lab.run("sh", ["-c", "exec \(command) <'\(input)'"])
            let lines = outcome.output.split(separator: "\n").map(String.init)
            let complaints = lines.filter { line in
                line.hasPrefix("exit status ")
                    || line.hasPrefix("bash: ") && !line.contains("terminal process group")
                        && !line.contains("no job control")
            }
            return Pasted(output: outcome.output, complaints: complaints)
        }

        private func pasteHere(_ text: String) throws -> Pasted {
            try paste(text, into: "bash", ["--noprofile", "--rcfile", lab.folder + "/bashrc", "-i"])
        }

        private func pasteOnNode(_ text: String) throws -> Pasted {
            let words = try lab.nodeArguments("bash --noprofile --norc -i")
            return try paste(Self.interactive + text, into: "/usr/bin/ssh", words)
        }

        private func block(with command: String) throws -> String {
            try #require(ShownCommands.blocks(inMarkdown: guide).first { $0.contains(command) }, "\(command)")
        }

        /// The lines of a page's blocks that run `mxprovision`, in order.
        private func commands(of page: String) -> [String] {
            ShownCommands.blocks(inMarkdown: page).flatMap { $0.split(separator: "\n").map(String.init) }
                .filter { $0.hasPrefix("mxprovision ") }
        }

        @Test func `works with exactly the privileges that the guide grants`() throws {
            let blocks = pages.flatMap { ShownCommands.blocks(inMarkdown: $0) }
            for line in blocks.joined(separator: "\n").split(separator: "\n") {
                let first = line.split(separator: " ").first.map(String.init) ?? ""
                #expect(Self.programs.contains(first), "no test runs \(line)")
            }

            try makeRights()
            try writeInventory(fingerprint: fingerprint(), hostKey: hostKey())

            let inline = pages.flatMap { ShownCommands.inline(in: $0) }
            for command in inline where command.contains(" --inventory FILE") {
                let pasted = try pasteHere(command.replacing("FILE", with: "Inventory/three-sites.yml"))
                let statuses = command.contains(" plan ") ? ["exit status 2: "] : []
                #expect(pasted.complaints.map { String($0.prefix(15)) } == statuses, "\(pasted.output)")
            }

            // The guide's last command destroys the guest, which README's commands need.
            let steps = commands(of: guide)
            #expect(steps.last == "mxprovision teardown secondary --yes")
            let seen = try follow(steps.dropLast())
            #expect(Set(seen.keys) == Self.guided, "\(seen.keys)")
            try breakByHand()
            let shown = try follow(commands(of: readme))
            let up = try #require(shown["mxprovision up secondary"])
            #expect(up.count == 2 && up[1].contains(" 0 changed, "), "\(up)")
            #expect(Set(shown.keys) == Self.shown, "\(shown.keys)")

            // RecipientsTests run `recipients --script`, which requires that the guest pulls its list.
            for command in inline
            where command.hasPrefix("mxprovision ") && !command.contains("FILE") && !command.contains("--script") {
                let pasted = try pasteHere(command)
                #expect(pasted.complaints == [], "\(pasted.output)")
            }
            _ = try follow(steps.suffix(1))
        }

        /// The commands of the guide before the last, and those of README.
        private static let guided: Set = [
            "mxprovision doctor secondary", "mxprovision plan secondary", "mxprovision up secondary",
            "mxprovision verify secondary", "mxprovision drill secondary", "mxprovision dns secondary",
        ]
        private static let shown: Set = [
            "mxprovision plan secondary", "mxprovision up secondary", "mxprovision verify secondary",
        ]

        /// Causes the drift that README's `plan` shows.
        private func breakByHand() throws {
            let broken = try lab.node(
                "pct exec \(Self.id) -- sh -c "
                    + "'postconf -e relay_domains=evil.example; rm /etc/postfix/relay_recipients.db'")
            try #require(broken.status == 0, "\(broken.output)")
        }

        /// Runs commands, and compares the exit status of each with the page, which gives it in a comment if it is not
        /// 0. Returns the outputs of each command.
        private func follow(_ commands: some Collection<String>) throws -> [String: [String]] {
            var seen: [String: [String]] = [:]
            for command in commands {
                let words = String(command.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces)
                let status = command.firstMatch(of: #/# exit status ([0-9]+)/#).map { String($0.1) }
                let pasted = try pasteHere(command)
                let expected = status.map { ["exit status \($0): \(words)"] } ?? []
                #expect(pasted.complaints == expected, "\(pasted.output)")
                seen[words, default: []].append(pasted.output)
            }
            return seen
        }

        /// Gives the token the privileges that the site needs.
        private func makeRights() throws {
            let block = try block(with: "pveum acl")
                .replacing("mxprovision@pve", with: Self.user)
                .replacing("pool add sites", with: "pool add \(Self.pool)")
                .replacing("/pool/sites", with: "/pool/\(Self.pool)")
            let pasted = try pasteOnNode(block)
            #expect(pasted.complaints == [], "\(pasted.output)")
            let secret = try #require(
                pasted.output.firstMatch(of: #/\| value +\| ([-0-9a-f]+) +\|/#), "\(pasted.output)")
            try String(secret.1).write(toFile: lab.folder + "/token", atomically: true, encoding: .utf8)
        }

        /// Returns the fingerprint listed under `pve-ssl.pem`.
        private func fingerprint() throws -> String {
            try #require(ShownCommands.inline(in: guide).contains("pvenode cert info"))
            let pasted = try pasteOnNode("pvenode cert info")
            #expect(pasted.complaints == [], "\(pasted.output)")
            let certificate = pasted.output.split(separator: "pve-ssl.pem").last ?? ""
            return String(
                try #require(certificate.firstMatch(of: #/fingerprint +\| ([0-9A-F:]+) /#), "\(pasted.output)").1)
        }

        private func hostKey() throws -> String {
            let pasted = try pasteOnNode(try block(with: "pct mount"))
            #expect(pasted.complaints == [], "\(pasted.output)")
            return String(
                try #require(pasted.output.firstMatch(of: #/ssh-ed25519 [A-Za-z0-9+/=]+/#), "\(pasted.output)").0)
        }

        /// Writes a copy of the example with the lab's values.
        private func writeInventory(fingerprint: String, hostKey: String) throws {
            func value(_ name: String) throws -> String { try #require(lab.environment["PVELAB_\(name)"]) }
            var text = try String(contentsOfFile: Self.root + "/Inventory/three-sites.yml", encoding: .utf8)
            let pvelab = "\(Self.root)/.build/debug/pvelab"
            let values = try [
                (#/address: pve2\.yourdomain\.net/#, "address: \(value("NODE_ADDRESS"))"),
                (#/fingerprint: 9F:86:[0-9A-F:]+/#, "fingerprint: \(fingerprint)"),
                (
                    #/host_key: ssh-ed25519 AAAA[A-Za-z0-9+/=]+LxStLf/#,
                    "host_key: \(hostKey)\n    identity: \(value("SSH_KEY"))"
                ),
                (#/id: mxprovision@pve!up/#, "id: \(Self.user)!up"),
                (#/vmid: 110 /#, "pool: \(Self.pool)\n      vmid: \(Self.id) "),
                (#/address: 10\.2\.0\.25\/24 /#, "address: \(Self.address)/24 "),
                (#/nameservers: \[10\.2\.0\.1\]/#, "nameservers: [\(value("NAMESERVER"))]"),
                (#/address: 10\.1\.0\.12\n/#, "address: \(value("PRIMARY_ADDRESS"))\n"),
                (#/alerts: you@elsewhere\.example/#, "alerts: ops@sender.example"),
                (
                    #/\ndefaults:\n/#,
                    "\ndrill: {mailbox: [\(pvelab), primary, mail, you, --dir, \(lab.world)]}\n\ndefaults:\n"
                ),
            ]
            for (pattern, replacement) in values {
                try #require(text.firstMatch(of: pattern) != nil, "the example has no place for \(replacement)")
                text.replace(pattern, with: replacement, maxReplacements: 1)
            }
            try FileManager.default.createDirectory(
                atPath: lab.folder + "/Inventory", withIntermediateDirectories: true)
            try text.write(toFile: lab.folder + "/Inventory/three-sites.yml", atomically: true, encoding: .utf8)
        }
    }
}
