import Foundation
import Testing

@testable import Engine

/// Two state folders simulate two machines, which share nothing but the site.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `Operators on two machines` {
    private static let address = "10.2.0.60"
    private static let rounds = Torture.isWhole ? 50 : 5

    private let ada: Machine
    private let bob: Machine

    /// The machine of one of the two operators.
    private struct Machine: Sendable {
        let lab: Lab
        let name: String
        var state: String { "\(lab.folder)/\(name)" }

        func words(_ words: [String]) -> [String] {
            ["SUDO_USER=\(name)", ".build/debug/mxprovision"] + words
                + [
                    "bare", "--inventory", lab.folder + "/lab.yml", "--state-dir", state, "--queue-dir",
                    state + "/queues",
                ]
        }

        func mxprovision(_ words: [String]) throws -> Lab.Outcome { try lab.run("env", self.words(words)) }
    }

    init() throws {
        let lab = try Lab(inventory: "operators")
        try lab.replace(#"10\.2\.0\.25"#, by: Self.address)
        (ada, bob) = (Machine(lab: lab, name: "ada"), Machine(lab: lab, name: "bob"))
    }

    private var lab: Lab { ada.lab }

    /// Returns a playbook with a step that does not end before `/run/go` exists, so that the first run stays in the
    /// guest.
    private func endlessPlaybook() throws -> String {
        let path = lab.folder + "/endless.yml"
        let run =
            "echo >>/run/begun; until test -e /run/go; do sleep 0.1; done; rm -f /run/go /run/drift; touch /run/done"
        try """
        name: endless
        steps:
        - id: endless
          command:
            run: [sh, -c, '\(run)']
            unless: [sh, -c, 'test -e /run/done && test ! -e /run/drift']
        """.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A run of the endless step, or of another playbook's steps.
    private struct Run {
        let machine: Machine
        let process = Process()
        var output: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        private let path: String

        init(_ machine: Machine, _ words: [String]) throws {
            self.machine = machine
            path = "\(machine.lab.folder)/output-\(UUID().uuidString)"
            try Data().write(to: URL(filePath: path))
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = machine.words(words)
            (process.standardOutput, process.standardError) = (file, file)
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }

        func end() -> Int32 {
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    /// Starts the same command on both machines at the same time. The step does not end before the other run ends, so
    /// that the runs overlap however slow this machine is.
    ///
    /// - Returns: The machine whose run did the work, and the other one.
    private func race(_ words: [String], open: (Machine) throws -> Void) throws -> (winner: Machine, loser: Machine) {
        let runs = [try Run(ada, words), try Run(bob, words)]
        defer { for run in runs where run.process.isRunning { kill(run.process.processIdentifier, SIGKILL) } }
        #expect(try lab.eventually { runs.contains { !$0.process.isRunning } }, "no run has ended")
        let loser = try #require(runs.first { !$0.process.isRunning })
        let winner = try #require(runs.first { $0.machine.name != loser.machine.name })
        #expect(loser.end() == 75, "\(loser.output)")
        #expect(loser.output.contains("bare is locked by "), "\(loser.output)")
        #expect(loser.output.contains("`, since 20") || loser.output.contains("clone of 100`"), "\(loser.output)")
        try open(winner.machine)
        #expect(winner.end() == 0, "\(winner.output)")
        return (winner.machine, loser.machine)
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

    /// Copies what one machine knows of the guest to the other, as if that one had created it.
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

    /// Proxmox chooses the id, or the inventory names it. Then the guest drifts, which both machines see.
    @Test(arguments: ["vmid: 170", "tags: [mxprovision]"])
    func `one works and the other sees who holds the site, at the first run and each drift`(number: String) throws {
        try lab.replace("vmid: 110", by: number)
        let up = ["up", "--playbook", try endlessPlaybook()]
        func open(_ winner: Machine) throws {
            // The guest does not exist while the winner still creates it.
            #expect(
                try lab.eventually {
                    try lab.marked().first.map { try guest($0, by: winner, "touch /run/go").status == 0 } ?? false
                })
        }
        let (winner, loser) = try race(up, open: open)
        let made = try lab.marked()
        #expect(made.count == 1, "guests of this inventory: \(made)")
        let vmid = try #require(made.first)
        try share(from: winner, with: loser)

        let rounds = number.hasPrefix("vmid") ? Self.rounds : 1
        for _ in 1...rounds {
            try #require(try guest(vmid, by: ada, "touch /run/drift").status == 0)
            _ = try race(up, open: open)
        }
        #expect(try guest(vmid, by: ada, "wc -l </run/begun").output == "\(rounds + 1)\n", "one run each time")
        for machine in [ada, bob] {
            let calm = try machine.mxprovision(up)
            #expect(calm.status == 0 && calm.output.contains(" 0 changed"), "\(calm.output)")
        }
        let teardown = try ada.mxprovision(["teardown", "--yes", "--drain", "0"])
        #expect(teardown.status == 0, "\(teardown.output)")
        #expect(try lab.marked().isEmpty)
        #expect(try bob.mxprovision(["status"]).output.contains("guest     none"))
    }

    private func awaitEnd(of process: Process) throws {
        #expect(try lab.eventually { !process.isRunning })
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Invariant 12: Ctrl-C in a terminal during a script lets the script end; a second SIGTERM ends the run
    /// immediately. Both are recorded in the journal.
    private func interrupts(_ up: [String], guest id: Int) throws {
        /// Starts the run without the signal mask that it would inherit from this process.
        func begin(_ command: [String]) throws -> (process: Process, keyboard: Pipe) {
            try #require(try guest(id, by: bob, "rm -f /run/go /run/begun /run/done; touch /run/drift").status == 0)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/perl")
            process.arguments =
                ["-MPOSIX", "-e", "sigprocmask(SIG_SETMASK, POSIX::SigSet->new); exec @ARGV or die", "--"] + command
            let keyboard = Pipe()
            let output = lab.folder + "/interrupted"
            try Data().write(to: URL(filePath: output))
            process.standardInput = keyboard
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
            process.standardError = process.standardOutput
            try process.run()
            #expect(try lab.eventually { try guest(id, by: bob, "test -e /run/begun").status == 0 })
            return (process, keyboard)
        }
        func output() -> String { (try? String(contentsOfFile: lab.folder + "/interrupted", encoding: .utf8)) ?? "" }
        func history() throws -> [Substring] {
            let history = try bob.mxprovision(["history"])
            #expect(history.status == 0 && !history.output.contains("CancellationError"), "\(history.output)")
            return history.output.split(separator: "\n").filter { $0.contains("  up guest") }
        }
        let runs = try history().count

        let words = ["env"] + bob.words(up)
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        let terminal = try begin(["script", "--quiet", "--return", "--flush", "--command", line, "/dev/null"])
        try terminal.keyboard.fileHandleForWriting.write(contentsOf: Data([3]))
        #expect(try lab.eventually { output().contains("stopping at the next safe point") }, "\(output())")
        #expect(terminal.process.isRunning)
        #expect(try guest(id, by: bob, "test ! -e /run/done && touch /run/go").status == 0)
        try awaitEnd(of: terminal.process)
        #expect(terminal.process.terminationStatus == 130, "\(output())")
        #expect(!output().contains("broke"), "\(output())")
        #expect(try guest(id, by: bob, "test -e /run/done").status == 0, "the script came to its end")
        let stopped = try history()
        #expect(stopped.count == runs + 1 && stopped.last?.contains("  interrupted  ") == true, "\(stopped)")
        #expect(try bob.mxprovision(["status"]).status != 2)

        let killed = try begin(words)
        kill(killed.process.processIdentifier, SIGTERM)
        // The kernel keeps only one pending signal of a kind, so the second one must not be sent earlier.
        #expect(try lab.eventually { output().contains("stopping at the next safe point") }, "\(output())")
        kill(killed.process.processIdentifier, SIGTERM)
        try awaitEnd(of: killed.process)
        #expect(killed.process.terminationStatus == 130, "\(output())")
        let ended = try history()
        #expect(ended.count == runs + 2 && ended.last?.contains("  interrupted  ") == true, "\(ended)")
        // The started step ends without the run.
        #expect(try guest(id, by: bob, "touch /run/go").status == 0)
        let again = try bob.mxprovision(up)
        #expect(again.status == 0, "\(again.output)")
    }

    @Test func `the lease of a crashed machine expires, and the same machine retakes it at once`() throws {
        try lab.replace("vmid: 110", by: "vmid: 171")
        let up = ["up", "--playbook", try endlessPlaybook()]
        let first = try Run(ada, up)
        #expect(try lab.eventually { try guest(171, by: ada, "touch /run/go").status == 0 })
        try #require(first.end() == 0, "\(first.output)")
        try share(from: ada, with: bob)
        func die(_ seconds: Int) throws {
            try #require(try guest(171, by: ada, "rm -f /run/go; touch /run/drift").status == 0)
            let run = try Run(ada, up + ["--lease", "\(seconds)"])
            #expect(try lab.eventually { try bob.mxprovision(["status"]).output.contains("busy      ada@") })
            #expect(try bob.mxprovision(["plan", "--playbook", up[2]]).status == 2, "`plan` takes and heeds nothing")
            kill(run.process.processIdentifier, SIGKILL)
            _ = run.end()
            // The started step ends without the run.
            try #require(try guest(171, by: bob, "touch /run/go").status == 0)
        }

        try die(60)
        let held = try bob.mxprovision(up)
        #expect(held.status == 75 && held.output.contains("by ada@"), "\(held.output)")
        #expect(held.output.contains("the lock expires at 20"), "\(held.output)")
        #expect(try lab.eventually { try bob.mxprovision(up).status == 0 })

        try die(3600)
        #expect(try bob.mxprovision(up).status == 75)
        try #require(try guest(171, by: bob, "touch /run/go /run/drift").status == 0)
        let again = try ada.mxprovision(up)
        #expect(again.status == 0 && again.output.contains(" 1 changed"), "\(again.output)")
        #expect(try bob.mxprovision(up).status == 0)
        try interrupts(up, guest: 171)
        let teardown = try bob.mxprovision(["teardown", "--yes", "--drain", "0"])
        #expect(teardown.status == 0, "\(teardown.output)")
    }
}

extension Lab {
    /// Returns the ids of the guests on the node whose notes have this inventory's mark.
    fileprivate func marked() throws -> [Int] {
        let list = try node("pct list")
        return try list.output.split(separator: "\n").compactMap { Int($0.prefix { $0.isNumber }) }.filter {
            try node("pct config \($0)").output.contains("mxprovision: inventory=operators ")
        }
    }
}
