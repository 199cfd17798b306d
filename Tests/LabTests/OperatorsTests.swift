import Foundation
import Testing

/// Two state folders are two machines: they have nothing in common but the site.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .timeLimit(.minutes(20)))
struct `Operators on two machines` {
    private static let address = "10.2.0.60"
    private static let rounds = ProcessInfo.processInfo.environment["MXPROVISION_TORTURE"] == "1" ? 50 : 5

    private let ada: Machine
    private let bob: Machine

    /// One of two operators.
    private struct Machine: Sendable {
        let lab: Lab
        let name: String
        var state: String { "\(lab.folder)/\(name)" }

        func words(_ words: [String]) -> [String] {
            ["SUDO_USER=\(name)", ".build/debug/mxprovision"] + words
                + ["bare", "--inventory", lab.folder + "/lab.yml", "--state-dir", state]
        }

        func mxprovision(_ words: String...) throws -> Lab.Outcome { try lab.run("env", self.words(words)) }
    }

    init() throws {
        let lab = try Lab()
        try lab.replace("name: labtests", by: "name: operators")
        try lab.replace(#"10\.2\.0\.25"#, by: Self.address)
        (ada, bob) = (Machine(lab: lab, name: "ada"), Machine(lab: lab, name: "bob"))
    }

    private var lab: Lab { ada.lab }

    /// The same command on both at the same time.
    private func both(_ words: String...) async throws -> [(Machine, Lab.Outcome)] {
        try await withThrowingTaskGroup { group in
            for machine in [ada, bob] {
                group.addTask { (machine, try await Self.blocking { try lab.run("env", machine.words(words)) }) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func blocking<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    private func guest(_ id: Int, by machine: Machine, _ command: String) throws -> Lab.Outcome {
        let known = "\(machine.state)/operators/bare/known_hosts"
        return try lab.run(
            "ssh",
            [
                "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=\(known)", "-o", "HostKeyAlias=bare-\(id)",
                "-i", lab.environment["PVELAB_SSH_KEY"] ?? "", "root@\(Self.address)", command,
            ])
    }

    /// What one machine knows of the guest, as if the other had made it.
    private func share(from winner: Machine, with loser: Machine) throws {
        try FileManager.default.createDirectory(
            atPath: "\(loser.state)/operators/bare", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        for file in ["state.json", "known_hosts"] {
            let (from, to) = ("\(winner.state)/operators/bare/\(file)", "\(loser.state)/operators/bare/\(file)")
            try? FileManager.default.removeItem(atPath: to)
            try FileManager.default.copyItem(atPath: from, toPath: to)
        }
    }

    /// One works; the other is told who, since when, doing what, and stops.
    private func judge(_ outcomes: [(Machine, Lab.Outcome)]) throws -> (winner: Machine, loser: Machine) {
        let summary = Comment(rawValue: outcomes.map { "\($0.0.name): \($0.1.status)\n\($0.1.output)" }.joined())
        let winner = try #require(outcomes.first { $0.1.status == 0 }, summary)
        let loser = try #require(outcomes.first { $0.1.status == 75 }, summary)
        #expect(loser.1.output.contains("bare is being worked on by "), summary)
        #expect(loser.1.output.contains(", since 20"), summary)
        return (winner.0, loser.0)
    }

    /// Leaves the number to Proxmox, or names it; then makes drift for both to see.
    @Test(arguments: ["vmid: 150", "tags: [mxprovision]"])
    func `one works and the other is told, at the first run and at every drift`(number: String) async throws {
        try lab.replace("vmid: 110", by: number)
        let (winner, loser) = try judge(try await both("up"))
        let id = try lab.marked()
        #expect(id.count == 1, "guests of this inventory: \(id)")
        let vmid = try #require(id.first)
        try share(from: winner, with: loser)

        for round in 1...(number.hasPrefix("vmid") ? Self.rounds : 1) {
            let drift = try guest(vmid, by: winner, "postconf -e relay_domains=evil\(round).example")
            try #require(drift.status == 0, "\(drift.output)")
            let (winner, _) = try judge(try await both("up"))
            #expect(try winner.mxprovision("plan").status == 0)
            #expect(try guest(vmid, by: winner, "postconf -h relay_domains").output == "yourdomain.net\n")
        }
        let calm = try await both("up")
        #expect(calm.allSatisfy { $0.1.status == 0 && $0.1.output.contains(" 0 changed") }, "\(calm)")
        let teardown = try judge(try await both("teardown", "--yes", "--drain", "0"))
        #expect(try lab.marked().isEmpty)
        #expect(try teardown.loser.mxprovision("status").output.contains("guest     none"))
    }

    @Test func `a dead machine's hold ends, and is its own again at once`() async throws {
        try lab.replace("vmid: 110", by: "vmid: 151")
        let up = try ada.mxprovision("up")
        try #require(up.status == 0, "\(up.output)")
        try share(from: ada, with: bob)
        let playbook = lab.folder + "/endless.yml"
        try """
        name: endless
        steps:
        - id: endless
          command:
            run: [sh, -c, 'until test -e /run/go; do sleep 0.1; done']
            unless: [test, -e, /run/go]
        """.write(toFile: playbook, atomically: true, encoding: .utf8)
        func endless(_ seconds: Int) throws -> Process {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ada.words(["up", "--lease", "\(seconds)", "--playbook", playbook])
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }

        let dead = try endless(15)
        #expect(try lab.eventually { try bob.mxprovision("status").output.contains("busy      ada@") })
        #expect(try bob.mxprovision("plan").status == 0, "`plan` takes nothing and heeds nothing")
        kill(dead.processIdentifier, SIGKILL)
        dead.waitUntilExit()
        _ = try guest(151, by: bob, "postconf -e relay_domains=evil.example")
        let held = try bob.mxprovision("up")
        #expect(held.status == 75 && held.output.contains("by ada@") && held.output.contains("is free from 20"))
        #expect(try lab.eventually { try bob.mxprovision("up").status == 0 })
        #expect(try guest(151, by: bob, "postconf -h relay_domains").output == "yourdomain.net\n")

        let other = try endless(600)
        #expect(try lab.eventually { try bob.mxprovision("status").output.contains("busy      ada@") })
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        _ = try guest(151, by: ada, "touch /run/go; postconf -e relay_domains=evil.example")
        #expect(try bob.mxprovision("up").status == 75)
        let again = try ada.mxprovision("up")
        #expect(again.status == 0 && again.output.contains(" 1 changed"), "\(again.output)")
        #expect(try bob.mxprovision("up").status == 0)
        let teardown = try bob.mxprovision("teardown", "--yes", "--drain", "0")
        #expect(teardown.status == 0, "\(teardown.output)")
    }
}

extension Lab {
    /// The guests whose notes carry this inventory's mark, as the node has them.
    fileprivate func marked() throws -> [Int] {
        let list = try node("pct list")
        return try list.output.split(separator: "\n").compactMap { Int($0.prefix { $0.isNumber }) }.filter {
            try node("pct config \($0)").output.contains("mxprovision: inventory=operators ")
        }
    }
}
