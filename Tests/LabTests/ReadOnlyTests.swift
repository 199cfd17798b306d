import Foundation
import Testing

@testable import Engine

/// Invariant 6, and the part of invariant 1 that it depends on: the guest's notes contain its host key.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `The guest is the source of truth` {
    private static let address = "10.2.0.80"
    private static let id = 180
    private static let commands = [
        ["plan"], ["status"], ["verify"], ["doctor"], ["history"], ["dns", "--check"], ["alert"], ["recipients"],
    ]

    private let lab: Lab

    /// The ways in which a machine trusts the guest. All of them result in the same state.
    enum Trust: String, CaseIterable, CustomTestStringConvertible {
        case pinned, node
        case firstUse = "first-use"
        case viaNode = "via node"

        var testDescription: String { rawValue }
    }

    init() throws {
        lab = try Lab(inventory: "reading")
        try lab.replace("vmid: 110", by: "vmid: \(Self.id)")
        try lab.replace(#"10\.2\.0\.25"#, by: Self.address)
        try lab.replace("  bare:\n", by: "  bare:\n    dns: {addresses: 203.0.113.80}\n")
        let pvelab = FileManager.default.currentDirectoryPath + "/.build/debug/pvelab"
        try lab.replace(
            "\ndefaults:\n",
            by: "\ndrill: {mailbox: [\(pvelab), primary, mail, you, --dir, \(lab.world)]}\ndefaults:\n")
    }

    /// Returns the same inventory as another operator would write it.
    private func inventory(_ trust: Trust) throws -> String {
        func value(_ name: String) throws -> String { try #require(lab.environment["PVELAB_\(name)"]) }
        let node = "node: {host_key: \(try value("NODE_HOST_KEY"))}"
        let identity = "identity: \(try value("SSH_KEY"))"
        let ssh =
            switch trust {
            case .pinned: "{\(identity), host_key: \(try value("TEMPLATE_HOST_KEY"))}"
            case .node: "{\(identity), trust: node, \(node)}"
            case .firstUse: "{\(identity), trust: first-use}"
            case .viaNode: "{\(identity), via: node, \(node)}"
            }
        let text = try String(contentsOfFile: lab.folder + "/lab.yml", encoding: .utf8)
        let path = "\(lab.folder)/\(trust.rawValue.replacing(" ", with: "-")).yml"
        try text.replacing(/[ ]{2}ssh: \{.*\}/, with: "  ssh: \(ssh)").write(
            toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func run(_ words: [String], _ trust: Trust, state: String) throws -> Lab.Outcome {
        try lab.run(
            ".build/debug/mxprovision",
            words + ["bare", "--inventory", try inventory(trust), "--state-dir", lab.folder + "/" + state],
            with: ["TMPDIR=" + lab.folder])
    }

    /// Returns every file of the guest with its mode, owner and content, except logs and files that change by
    /// themselves.
    private func guest() throws -> String {
        let list = try lab.node(
            """
            pct exec \(Self.id) -- sh -c 'find / -xdev -type f ! -path "/proc/*" ! -path "/sys/*" ! -path "/run/*" \
            ! -path "/var/log/*" ! -path "/tmp/*" ! -path "/var/spool/postfix/*" ! -path "/var/lib/mxprovision/monitor/*" \
            ! -path "/var/lib/systemd/*" ! -path "/var/lib/postfix/*" -printf "%p %m %u:%g %T@\\n" | sort; \
            cat /etc/ssh/ssh_host_*_key.pub; cat /var/lib/mxprovision/run/record'
            """)
        try #require(list.status == 0, "\(list.output)")
        return list.output + (try lab.node("pct config \(Self.id)").output)
    }

    private func writes() throws -> [String] {
        try String(contentsOfFile: try lab.world + "/log/access.log", encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("GET ") && $0.contains("/\(Self.id)/") }.map(String.init)
    }

    /// Returns the names and times of the files in a state folder, or nil if it does not exist.
    private func files(in state: String) throws -> String? {
        let path = lab.folder + "/" + state
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try lab.run("find", [path, "-printf", "%p %m %T@\n"]).output
    }

    @Test func `read-only commands change nothing, anywhere, with any local state and trust`() throws {
        let up = try run(["up"], .pinned, state: "first")
        try #require(up.status == 0, "\(up.output)")
        defer { _ = try? run(["teardown", "--yes", "--now"], .pinned, state: "first") }
        let (before, sent, state) = (try guest(), try writes(), try files(in: "first"))
        for trust in Trust.allCases {
            let plan = try run(["plan"], trust, state: "none")
            #expect(plan.status == 0, "plan, \(trust): \(plan.output)")
            for command in Self.commands {
                for folder in ["none", "first"] where folder == "none" || trust == .pinned {
                    let outcome = try run(command, trust, state: folder)
                    #expect([0, 1, 2].contains(outcome.status), "\(command), \(trust): \(outcome.output)")
                }
            }
        }
        #expect(try guest() == before)
        #expect(try writes() == sent)
        #expect(try files(in: "first") == state)
        #expect(try files(in: "none") == nil)
        #expect(try lab.run("sh", ["-c", "ls -d \(lab.folder)/mxprovision-known-*"]).status != 0)
    }

    /// Another machine, with each kind of trust, takes over and changes nothing. The first machine keeps its access.
    @Test func `any machine with the token can work, and the first machine keeps its access`() throws {
        let up = try run(["up"], .node, state: "ada")
        try #require(up.status == 0, "\(up.output)")
        defer { _ = try? run(["teardown", "--yes", "--now"], .pinned, state: "first") }
        let keys = try lab.node("pct exec \(Self.id) -- cat /etc/ssh/ssh_host_ed25519_key.pub").output
        for trust in Trust.allCases {
            let other = try run(["up"], trust, state: "bob-\(trust.rawValue.prefix(3))\(trust.rawValue.count)")
            #expect(other.status == 0 && other.output.contains(" 0 changed"), "\(trust): \(other.output)")
        }
        let again = try run(["up"], .node, state: "ada")
        #expect(again.status == 0 && again.output.contains(" 0 changed"), "\(again.output)")
        #expect(try lab.node("pct exec \(Self.id) -- cat /etc/ssh/ssh_host_ed25519_key.pub").output == keys)
        // The state may be deleted between any two commands, because pending work is recorded in the guest.
        let broken = try lab.node(
            "pct exec \(Self.id) -- sh -c 'postconf -e relay_domains=evil.example; printf \"handler reload postfix\\nverification\\n\" >>/var/lib/mxprovision/run/record'"
        )
        #expect(broken.status == 0, "\(broken.output)")
        let plan = try run(["plan"], .firstUse, state: "carol")
        #expect(
            plan.status == 2 && plan.output.contains("reload postfix") && plan.output.contains("verify"),
            "\(plan.output)")
        for trust in Trust.allCases {
            let repair = try run(["up"], trust, state: "dave")
            #expect(repair.status == 0, "\(trust): \(repair.output)")
            try FileManager.default.removeItem(atPath: lab.folder + "/dave")
        }
        #expect(try run(["plan"], .pinned, state: "carol").status == 0)
    }

    /// The output of the commands has the same parts, whether they enter the guest directly or by `pct exec` on its
    /// node.
    private func answersAlike() throws {
        // No client reaches the public address.
        try lab.replace("    dns: \\{addresses: 203.0.113.80\\}\n", by: "")
        let only = ["--only", "recipients", "tls", "queue", "primary", "--strict-domain", "sender.example"]
        let commands =
            [["verify"] + only] + ["status", "doctor", "alert", "recipients", "plan", "history"].map { [$0] }
        for words in commands + [["alert", "--test"]] {
            var (direct, node): (Set<String>, Set<String>) = ([], [])
            // Other suites stop the primary for a while.
            let isAlike = try lab.eventually {
                direct = try parts(try run(words + ["--json"], .node, state: "made"))
                node = try parts(try run(words + ["--json"], .viaNode, state: "made"))
                return direct == node && !node.contains { $0.hasSuffix(".problem") }
            }
            #expect(isAlike, "\(words): \(direct.symmetricDifference(node).sorted())")
            let expected = [".guest", ".queued", ".primary", ".certificate", ".alerts"]
            #expect(words != ["status"] || node.isSuperset(of: expected), "\(node.sorted())")
        }
        var drill = Lab.Outcome(status: 1, output: "")
        let isRight = try lab.eventually {
            drill = try run(["drill", "--messages", "3", "--hold", "0"], .viaNode, state: "made")
            return drill.status == 0
        }
        #expect(isRight, "\(drill.output)")
    }

    /// Returns the paths of all values in a command's JSON lines, and its exit status.
    private func parts(_ outcome: Lab.Outcome) throws -> Set<String> {
        var parts: Set = ["exit \(outcome.status)"]
        func add(_ value: Any, at path: String) {
            if let list = value as? [Any] {
                for item in list { add(item, at: path + "[]") }
            } else if let map = value as? [String: Any] {
                let path = path + ((map["name"] ?? map["step"]).map { "=\($0)" } ?? "")
                for (key, value) in map where key != "advice" { add(value, at: "\(path).\(key)") }
                if !path.isEmpty { parts.insert(path) }
            } else {
                parts.insert(path)
            }
        }
        for line in outcome.output.split(separator: "\n") where line.hasPrefix("{") {
            add(try JSONSerialization.jsonObject(with: Data(line.utf8)), at: "")
        }
        return parts
    }

    /// A rebuild moves the queue from the old guest to the new one.
    private func carriesItsMail() throws {
        let subject = "carried-\(UUID().uuidString)"
        let queued = try lab.node(
            """
            pct exec \(Self.id) -- sh -c 'postconf -e defer_transports=relay && postfix reload 2>/dev/null && \
            printf "Subject: \(subject)\\n\\nx\\n" | sendmail -f "" you@yourdomain.net'
            """)
        try #require(queued.status == 0, "\(queued.output)")
        let rebuild = try run(["rebuild", "--yes", "--drain", "0"], .viaNode, state: "made")
        #expect(rebuild.status == 0, "\(rebuild.output)")
        let isThere = try lab.eventually {
            _ = try lab.node("pct exec \(Self.id) -- postqueue -f")
            return try lab.pvelab("primary", "mail", "you").output.contains("Subject: \(subject)\n")
        }
        #expect(isThere, "the message was lost")
    }

    @Test(arguments: Trust.allCases)
    func `a guest ends in the same state with each kind of trust`(_ trust: Trust) throws {
        let up = try run(["up"], trust, state: "made")
        try #require(up.status == 0, "\(up.output)")
        defer { _ = try? run(["teardown", "--yes", "--now"], .pinned, state: "gone") }
        if trust == .viaNode {
            try answersAlike()
            try carriesItsMail()
        }
        let notes = try lab.node("pct config \(Self.id)").output
        #expect(
            notes.contains("mxprovision-host-key%3A ssh-ed25519") || notes.contains("mxprovision-host-key: ssh-ed25519")
        )
        #expect(!notes.contains("inherited"), "\(notes)")
        let own = try lab.node("pct exec \(Self.id) -- cat /etc/ssh/ssh_host_ed25519_key.pub").output
        let template = try #require(lab.environment["PVELAB_TEMPLATE_HOST_KEY"]).split(separator: " ")[1]
        #expect(!own.contains(template))
        let teardown = try run(["teardown", "--yes", "--now"], trust, state: "made")
        #expect(teardown.status == 0, "\(teardown.output)")
    }
}
