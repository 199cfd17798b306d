import Foundation
import Synchronization
import Testing

@testable import RemoteShell

/// Lets a script continue that waits for a file.
private func create(_ path: String) { _ = FileManager.default.createFile(atPath: path, contents: nil) }

@Suite(.timeLimit(.minutes(5))) struct `The progress of a batch` {
    /// A shell whose processes can be found by a variable of their environment.
    private struct MarkedShell {
        let mark = "MXP_PROGRESS=\(UUID().uuidString)"
        var name = "sh"

        var shell: ProcessShell { ProcessShell(executable: "env", arguments: [mark, name, "-s"]) }

        /// Waits up to ten seconds for the end of the processes, and returns those that still run.
        func remaining() async throws -> [String] {
            let deadline = ContinuousClock.now + .seconds(10)
            while ContinuousClock.now < deadline, !processes.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            return processes
        }

        var processes: [String] {
            let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return all.filter { process in
                let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ")
                return environment?.range(of: Data(mark.utf8)) != nil
            }
        }
    }

    /// A script's commands, and the expected line after them.
    private static let outputs: [(commands: Script, line: String)] = [
        (#"echo one; printf 'Reading: 1%%\rReading: 50%%\r'"#, "Reading: 50%"),
        ("echo 'no answer yet' >&2", "no answer yet"),
        ("true", ""),
        (#"printf 'Unpacking postfix (3.7.11-0+deb12u1) ...\n\n \n'"#, "Unpacking postfix (3.7.11-0+deb12u1) ..."),
        (#"printf '\033[2J\033[1;31mred\033[0m\033]0;title\007\n'"#, "red\u{1B}]0;title\u{7}"),
        (#"printf 'mxprovision-1-2 0 5\nprogress-mxprovision-1-2 7 x\n'"#, "progress-mxprovision-1-2 7 x"),
        ("head -c 100000 /dev/zero | tr '\\000' x", String(repeating: "x", count: 300)),
        (#"for i in $(seq 0 255); do printf "\\$(printf %o $i)"; done; printf '\000\000z\000'"#, "z"),
        ("seq 1 100000", "100000"),
    ]

    @Test func `omits the output of a query`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let file = folder.path("seen")
        let seen = Mutex<[BatchProgress]>([])
        let answers = try await CommandBatch.run(
            [.change("true"), .query("echo secret; \(Self.waiting(for: file))")],
            onProgress: { progress in
                seen.withLock { $0.append(progress) }
                if progress.index == 1 { create(file) }
            }, through: ProcessShell.local)
        #expect(answers.map(\.exit) == [0, 0])
        #expect(seen.withLock { $0.contains { $0.index == 1 } && $0.allSatisfy { $0.line == "" } })
    }

    /// Each script continues when its line has been reported.
    @Test(arguments: ["dash", "bash"])
    func `contains the running script and its last line`(name: String) async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let marked = MarkedShell(name: name)
        let remoteCommands = Self.outputs.enumerated().map { index, output in
            RemoteCommand.change("\(output.commands)\n\(Self.waiting(for: folder.path("\(index)")))")
        }
        let seen = Mutex<[BatchProgress]>([])
        let answers = try await CommandBatch.run(
            remoteCommands, lock: folder.path("lock"),
            onProgress: { progress in
                seen.withLock { $0.append(progress) }
                guard progress.line == Self.outputs[progress.index].line else { return }
                create(folder.path("\(progress.index)"))
            }, through: marked.shell)
        #expect(answers.map(\.exit) == Self.outputs.map { _ in 0 }, "\(seen.withLock { $0 })")
        #expect(seen.withLock { $0.allSatisfy { $0.line.utf8.count <= BatchProgress.limit } })
        #expect(seen.withLock { $0.map(\.index) == $0.map(\.index).sorted() })
        #expect(answers[1].errorText == "no answer yet\n" && answers[6].output.count == 100_000)
        #expect(try await marked.remaining() == [])
    }

    @Test(arguments: [[0xC3], [0xF0, 0x9F, 0x98], Array(repeating: 0xFF, count: 300)] as [[UInt8]])
    func `never exceeds its limit, even with half-written characters`(end: [UInt8]) throws {
        let tail = Data(repeating: UInt8(ascii: "a"), count: BatchProgress.limit - end.count) + end
        let progress = try #require(
            BatchProgress(boundaries: 2, tails: [tail], in: 3, between: Self.boundary))
        #expect(progress.line.utf8.count <= BatchProgress.limit && progress.line.hasSuffix("\u{FFFD}"))
    }

    /// Waits for a file, for at most a minute.
    private static func waiting(for path: String) -> Script {
        "timeout 60 sh -c 'until [ -e \"$0\" ]; do sleep 0.02; done' \(path)"
    }

    @Test func `does not change the results`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let file = folder.path("seen")
        let remoteCommands: [RemoteCommand] = [
            .query("printf 'no line break'"), .change("cat; pwd; echo \"$LC_ALL $(umask)\" >&2"),
            .query("for i in $(seq 0 255); do printf \"\\\\$(printf %o $i)\"; done; exit 3"),
            .change(Self.waiting(for: file)), .change("echo why >&2; exit 4"), .change("true"),
        ]
        let shown = try await CommandBatch.run(
            remoteCommands, onProgress: { _ in create(file) },
            through: ProcessShell.local)
        let hidden = try await CommandBatch.run(remoteCommands, through: ProcessShell.local)
        func values(_ answers: [CommandResult]) -> [CommandResult] {
            answers.map { CommandResult(exit: $0.exit, output: $0.output, errors: $0.errors) }
        }
        #expect(values(shown) == values(hidden))
        #expect(shown.map(\.exit) == [0, 0, 3, 0, 4])
    }

    @Test func `starts no process without a change or an event handler`() async throws {
        /// Runs nothing, and remembers the script.
        final class Memory: Shell {
            let script = Mutex("")
            func run(_ script: Script) -> CommandResult {
                self.script.withLock { $0 = script.text }
                return CommandResult(exit: 75)
            }
        }
        let memory = Memory()
        let report: @Sendable (BatchProgress) -> Void = { _ in }
        for (remoteCommand, report) in [(RemoteCommand.query("true"), report), (.change("true"), nil)] {
            await #expect(throws: ShellError.self) {
                try await CommandBatch.run([remoteCommand], onProgress: report, through: memory)
            }
            #expect(memory.script.withLock { $0.contains("true") && !$0.contains("progress") && !$0.contains("sleep") })
        }
    }

    @Test func `does not wait for background programs and does not hold the lock`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let (lock, file) = (folder.path("lock"), folder.path("seen"))
        let holders: Script = """
            n=0
            for f in /proc/[0-9]*/fd/9; do [ ! "$f" -ef \(lock) ] || n=$((n + 1)); done
            echo $n
            """
        let marked = MarkedShell()
        let answers = try await CommandBatch.run(
            [.change("sleep 600 & echo $!"), .change(Self.waiting(for: file)), .change(holders)], lock: lock,
            onProgress: { _ in create(file) }, through: marked.shell)
        let left = answers[0].text.trimmingCharacters(in: .newlines)
        #expect(marked.processes.contains(left))
        _ = try await ProcessShell.local.run("kill \(left)")
        #expect(answers.map(\.exit) == [0, 0, 0])
        #expect(answers[2].text == "1\n", "only the shell itself")
        #expect(try await marked.remaining() == [])
    }

    @Test(arguments: ["dash", "bash"]) func `ends if its shell is killed`(name: String) async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let file = folder.path("seen")
        let marked = MarkedShell(name: name)
        await #expect(throws: ShellError.truncated(expected: 1, got: 0, errors: "")) {
            try await CommandBatch.run(
                [.change("echo line; \(Self.waiting(for: file)); kill -KILL $$")],
                onProgress: { _ in create(file) }, through: marked.shell)
        }
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try await marked.remaining() == [])
    }

    /// The process may be ended before it has begun.
    @Test(arguments: ["dash", "bash"]) func `loses no result of a short batch`(name: String) async throws {
        let shell = ProcessShell(executable: name, arguments: ["-s"])
        for _ in 1...150 {
            let answers = try await CommandBatch.run([.change("echo done")], onProgress: { _ in }, through: shell)
            try #require(answers.map(\.text) == ["done\n"])
        }
    }

    @Test(arguments: ["dash", "bash"]) func `ends in a session that ignores SIGTERM`(name: String) async throws {
        let shell = ProcessShell(executable: "sh", arguments: ["-c", "trap '' TERM; exec \(name) -s"])
        let answers = try await CommandBatch.run([.change("echo done")], onProgress: { _ in }, through: shell)
        #expect(answers.map(\.text) == ["done\n"])
    }

    private static let boundary = CommandBatch.Boundary("mxprovision-1-2")

    @Test(arguments: [
        ([""], ""), (["abc"], "abc"), (["abc\u{1}"], "abc"), (["abc\u{1}\u{1} \t\u{1}"], "abc"), (["a\tb"], "a b"),
        (["old\u{1}mxprovision-1-2 0 5\u{1}"], ""), (["old without end mxprovision-1-2 0 5\u{1}new\u{1}"], "new"),
        (["secret\u{2}old\u{1}mxprovision-1-2 0 5\u{1}"], ""),
        (["first", "second"], "second"), (["first", "mxprovision-1-2\u{1}"], "first"), (["first", ""], "first"),
        ([String(repeating: "é", count: 200)], String(repeating: "é", count: 150)),
        (["2 0 5" + String(repeating: "\u{1}", count: 295)], ""),
    ])
    func `contains only output of the running script`(tails: [String], line: String) {
        let progress = BatchProgress(
            boundaries: 2, tails: tails.map { Data($0.utf8) }, in: 3, between: Self.boundary)
        #expect(progress == BatchProgress(index: 1, line: line))
    }

    @Test func `is removed from output in pieces of any size`() {
        let filter = CommandBatch.ProgressFilter(
            [.change("true"), .change("true"), .query("cat")], between: Self.boundary)
        let lines = ["0 x", "1 first", "2 second", "3 secret", "4 x", "x", "", "99999999999999999999 x", "1 "]
        let answers = Data("mxprovision-1-2 0 0\n\(filter.marker) 1 no progress\n".utf8) + [0, 255]
        let whole = Data(lines.map { "\(filter.marker) \($0)\(filter.marker)\n" }.joined().utf8) + answers
        for size in [1, 2, 7, 100, whole.count] {
            var filter = filter
            var (seen, rest) = ([BatchProgress](), Data())
            for start in stride(from: 0, to: whole.count, by: size) {
                rest += filter.pass(Data(whole[start..<min(start + size, whole.count)])) { seen.append($0) }
            }
            #expect(rest == answers)
            #expect(seen.map(\.line) == ["first", "second", "", ""], "no output of a query")
            #expect(seen.map(\.index) == [0, 1, 2, 0])
        }
    }

    @Test func `ignores a line without an end`() {
        var filter = CommandBatch.ProgressFilter([.change("true")], between: Self.boundary)
        let line = Data("\(filter.marker) 1 ".utf8) + Data(repeating: 120, count: 100_000)
        #expect(filter.pass(line) == line)
    }
}

extension `Over ssh` {
    @Test func `the progress of a batch arrives while it runs`() async throws {
        try await SSHServer.withShell { shell, server in
            let file = server.folder.path("seen")
            let seen = Mutex<BatchProgress?>(nil)
            let answers = try await CommandBatch.run(
                [
                    .change("true"),
                    .change("echo line; timeout 60 sh -c 'until [ -e \"$0\" ]; do sleep 0.02; done' \(file)"),
                ],
                onProgress: { progress in
                    seen.withLock { $0 = progress }
                    create(file)
                }, through: shell)
            #expect(answers.map(\.text) == ["", "line\n"])
            #expect(answers.map(\.exit) == [0, 0])
            #expect(seen.withLock { $0 } == BatchProgress(index: 1, line: "line"))
        }
    }
}
