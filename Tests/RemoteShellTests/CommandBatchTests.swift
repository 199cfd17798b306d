import Foundation
import Testing

@testable import RemoteShell

@Suite struct `A command batch` {
    @Test func `returns each script's status, output and errors`() async throws {
        let answers = try await CommandBatch.ask(
            ["echo one", "echo two >&2; exit 3", "exit 255", "set -e; false; echo unreached", "true"],
            through: ProcessShell.local)
        #expect(
            answers == [
                CommandResult(exit: 0, output: Data("one\n".utf8)),
                CommandResult(exit: 3, errors: Data("two\n".utf8)),
                CommandResult(exit: 255), CommandResult(exit: 1), CommandResult(exit: 0),
            ])
    }

    @Test func `starts no program if it is empty`() async throws {
        let nobody = ProcessShell(executable: "mxprovision-no-such-program", arguments: [])
        #expect(try await CommandBatch.ask([], through: nobody) == [])
    }

    @Test func `preserves every byte of a result`() async throws {
        let answers = try await CommandBatch.ask(
            [
                "printf '0 3 0\\nabc'", "printf '\\000\\001\\377\\376\\n\\r\\n0 0 0\\n'; printf '\\377' >&2",
                "for i in $(seq 0 255); do printf \"\\\\$(printf %o $i)\"; done",
            ], through: ProcessShell.local)
        #expect(answers[0].output == Data("0 3 0\nabc".utf8))
        #expect(answers[1].output == Data([0, 1, 255, 254, 10, 13, 10] + Array("0 0 0\n".utf8)))
        #expect(answers[1].errors == Data([255]))
        #expect(answers[2].output == Data(0...255))
    }

    @Test func `isolates each script's input and environment`() async throws {
        let answers = try await CommandBatch.ask(
            ["cat; cd /; umask 777; LC_ALL=x; d=/nowhere; exit 0", "echo \"$LC_ALL $(umask) $(pwd)\"", "cat"],
            through: ProcessShell.local)
        #expect(answers.map(\.text) == ["", "C 0022 \(FileManager.default.currentDirectoryPath)\n", ""])
    }

    @Test func `reports the number of results if a script ends the whole shell`() async throws {
        await #expect(throws: ShellError.truncated(expected: 3, got: 0, errors: "")) {
            try await CommandBatch.ask(["echo one", "kill -KILL $$", "echo three"], through: ProcessShell.local)
        }
    }

    @Test func `leaves no file on the host`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let shell = ProcessShell(executable: "env", arguments: ["TMPDIR=\(folder.path("bin"))", "sh", "-s"])
        let answers = try await CommandBatch.ask(["ls \(folder.path("bin"))", "exit 9"], through: shell)
        #expect(answers[0].text.hasPrefix("tmp."))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("bin")) == [])
    }

    private func answers(_ text: String, count: Int = 2) -> [CommandResult] {
        CommandBatch.answers(
            in: Data(text.utf8), to: .init(repeating: .query("true"), count: count), between: .init("B"))
    }

    @Test func `parses each result up to its boundary`() {
        let text = "B 0 0\naB 7 0\n\nB 0 0\nB\nxB\nB\n"
        #expect(
            answers(text) == [
                CommandResult(exit: 7, output: Data("a".utf8), errors: Data("x".utf8)),
                CommandResult(exit: 0, output: Data("\n".utf8)),
            ])
    }

    @Test func `reports each duration on request`() async throws {
        let text = "B 0 1000\nB 0 3500\nB 0 3500\nB\nB\nB\n"
        #expect(answers(text).map(\.took) == [.nanoseconds(2500), .zero])
        let timed = try await CommandBatch.run(
            [.query("sleep 0.05"), .query("true")], timed: true, through: ProcessShell.local)
        #expect(try #require(timed[0].took) >= .milliseconds(50))
        #expect(try await CommandBatch.ask(["true"], through: ProcessShell.local)[0].took == nil)
    }

    @Test func `stops after a change that fails`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let file = folder.path("changed")
        let answers = try await CommandBatch.run(
            [
                .query("exit 3"), .change("echo one"), .change("echo two; echo why >&2; exit 4"),
                .query("echo three"),
                .change("touch \(file)"),
            ], through: ProcessShell.local)
        #expect(answers.map(\.exit) == [3, 0, 4])
        #expect(answers.map(\.text) == ["", "one\n", "two\n"])
        #expect(answers.last?.errorText == "why\n")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func `is incomplete if it ends before a failed change`() async throws {
        await #expect(throws: ShellError.truncated(expected: 2, got: 0, errors: "")) {
            try await CommandBatch.run([.change("true"), .change("kill -KILL $$")], through: ProcessShell.local)
        }
    }

    @Test func `measures changes to hundredths of a second, and queries not at all`() async throws {
        let answers = try await CommandBatch.run(
            [.change("sleep 0.05"), .query("true")], through: ProcessShell.local)
        #expect(try #require(answers[0].took) >= .milliseconds(40))
        #expect(answers[1].took == nil)
    }

    @Test func `holds a lock during a change, which background programs do not keep`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let lock = folder.path("lock")
        let isFree: Script = "flock -n \(lock) true"
        let held = try await CommandBatch.run(
            [.query(isFree), .change("true")], lock: lock, through: ProcessShell.local)
        #expect(held.map(\.exit) == [1, 0])
        let asked = try await CommandBatch.run([.query(isFree)], lock: lock, through: ProcessShell.local)
        #expect(asked.map(\.exit) == [0])
        let left = try await CommandBatch.run(
            [.change("sleep 60 & echo $!")], lock: lock, through: ProcessShell.local)
        let after = try await CommandBatch.ask(
            [isFree, "kill \(left[0].text.trimmingCharacters(in: .newlines))"], through: ProcessShell.local)
        #expect(after.map(\.exit) == [0, 0])
    }

    @Test func `waits for the end of an earlier run's scripts`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let (lock, file) = (folder.path("lock"), folder.path("file"))
        async let first = CommandBatch.run(
            [
                .change(
                    "touch \(file + "-begun"); while [ ! -e \(file + "-go") ]; do sleep 0.01; done; echo first >>\(file)"
                )
            ],
            lock: lock, through: ProcessShell.local)
        _ = try await CommandBatch.ask(
            ["while [ ! -e \(file + "-begun") ]; do sleep 0.01; done"], through: ProcessShell.local)
        async let second = CommandBatch.run(
            [.change("echo second >>\(file)")], lock: lock, through: ProcessShell.local)
        await #expect(throws: ShellError.occupied(seconds: 0)) {
            try await CommandBatch.run(
                [.change("echo no >>\(file)")], lock: lock, patience: 0, through: ProcessShell.local)
        }
        _ = try await CommandBatch.ask(["touch \(file + "-go")"], through: ProcessShell.local)
        _ = try await (first, second)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "first\nsecond\n")
    }

    @Test(arguments: [
        "", "\n", "B", "B 0 0", "B 0 0\n", "B 0 0\nB 0 0\n", "B 0 0\nB x 0\nB 0 0\nB\nB\nB\n",
        "B 0 0\nB -1 0\nB 0 0\nB\nB\nB\n", "B 0 0\nB 256 0\nB 0 0\nB\nB\nB\n", "B 0 0\nB 0\nB 0 0\nB\nB\nB\n",
        "B 0 0\nB 99999999999999999999 0\nB 0 0\nB\nB\nB\n", "B 0 0\nB 0 -1\nB 0 0\nB\nB\nB\n",
        "B 0 0\nB 0 0\nB 0 0\nB", "0 0 0\n", "\u{0}",
    ])
    func `rejects malformed output`(answer: String) {
        #expect(answers(answer) == [])
    }

    @Test func `ignores a result without its errors`() {
        #expect(answers("B 0 0\nB 0 0\nB 0 0\nB\nB\n").count == 1)
    }
}

@Suite struct `The end of a script over ssh` {
    @Test func `is removed from the errors, whatever bytes they contain`() throws {
        let errors = Data([255, 0, 10]) + Data("mxprovision-exit 1\n".utf8)
        let session = Data("noise mxprovision-start\n".utf8) + errors + Data("mxprovision-exit 42\nbye\n".utf8)
        let ended = CommandResult(exit: 0, output: Data("noise\nmxprovision-start\n".utf8) + [1], errors: session)
        #expect(
            try SSHSession.completion(of: ended, sent: "", host: "x")
                == CommandResult(exit: 42, output: Data([1]), errors: errors))
    }

    @Test(arguments: ["", "mxprovision-exit", "mxprovision-exit \n", "mxprovision-exit 4", "mxprovision-exit x\n"])
    func `is missing if the connection broke before it`(errors: String) {
        let ended = CommandResult(
            exit: 255, output: SSHSession.start, errors: SSHSession.start + Data(errors.utf8))
        let error = #expect(throws: ShellError.self) { try SSHSession.completion(of: ended, sent: "", host: "x") }
        guard case .broken = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `the start line is found in pieces of any size`() {
        let whole = Data("noise\n".utf8) + SSHSession.start + Data([0, 255]) + SSHSession.start
        for size in 1...whole.count {
            var filter = SSHSession.Filter()
            var own = Data()
            for start in stride(from: 0, to: whole.count, by: size) {
                own += filter.pass(Data(whole[start..<min(start + size, whole.count)])) ?? Data()
            }
            #expect(own == Data([0, 255]) + SSHSession.start)
            #expect(filter.noise == Data("noise\n".utf8))
        }
    }
}
