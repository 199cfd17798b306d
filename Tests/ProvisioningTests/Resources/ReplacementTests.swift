import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Resources
@testable import Sites

/// The obstacles that can be in an object's place.
@Suite struct `Replacing an object` {
    private let scratch = ScratchFolder()
    private var path: String { scratch.path + "/folder/a b" }

    private static let obstacles: [(String, Script)] = [
        ("nothing", ":"), ("a file", "echo old >\"$p\""), ("an empty file", ": >\"$p\""),
        ("an empty directory", "mkdir \"$p\""), ("a directory", "mkdir \"$p\"; echo keep >\"$p/content\""),
        ("a symlink", "echo other >\"$f/other\"; ln -s other \"$p\""),
        ("a dangling symlink", "ln -s /nonexistent \"$p\""),
        ("a symlink to a directory", "mkdir \"$f/other\"; ln -s other \"$p\""), ("a pipe", "mkfifo \"$p\""),
        ("a loop", "ln -s \"${p##*/}\" \"$p\""), ("mode 0000", "echo old >\"$p\"; chmod 0000 \"$p\""),
        ("garbage", "head -c 3000 /dev/urandom >\"$p\""), ("no parent", "rm -r \"$f\""),
        ("a file as parent", "rm -r \"$f\"; echo keep >\"$f\""),
        ("a lost parent", "rm -r \"$f\"; ln -s /nonexistent \"$f\""),
    ]

    private func ask(_ script: Script) async throws -> CommandResult {
        try #require(await CommandBatch.ask([script], through: ProcessShell.local).first)
    }

    private func damage(_ script: Script) async throws {
        let damaged = try await ask("f=\(scratch.path + "/folder"); p=\(path); mkdir \"$f\"\n\(script)")
        try #require(damaged.exit == 0, "\(damaged.errorText)")
    }

    /// `user:group` of who runs the tests.
    private func owner() throws -> String {
        let facts = try FileManager.default.attributesOfItem(atPath: scratch.path)
        return
            "\(try #require(facts[.ownerAccountName] as? String)):\(try #require(facts[.groupOwnerAccountName] as? String))"
    }

    private func isRepaired(_ resource: some Resource, from obstacle: String) async throws {
        let damaged = try resource.assess(await ask(resource.probe))
        guard case .drifted(_, let repair, _, _) = damaged else {
            Issue.record("\(obstacle) does no damage")
            return
        }
        let remedied = try await ask("set -eu\n\(repair)")
        #expect(remedied.exit == 0, "\(obstacle): \(remedied.errorText)")
        #expect(try resource.assess(await ask(resource.probe)) == .converged, "\(obstacle)")
    }

    @Test(arguments: obstacles.indices) func `creates a file over any object`(_ index: Int) async throws {
        let (name, script) = Self.obstacles[index]
        try await damage(script)
        let quoted = "\"\(path)\""
        try await isRepaired(ManagedFile.read("{path: \(quoted), content: new, owner: '\(owner())'}"), from: name)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
        // No obstacle is deleted.
        let kept = try await ask("grep -rsl keep \(scratch.path) | wc -l")
        #expect(kept.text == (script.description.contains("keep") ? "1\n" : "0\n"), "\(name)")
    }

    @Test(arguments: obstacles.indices.filter { !obstacles[$0].0.contains("directory") })
    func `creates a directory over any object`(_ index: Int) async throws {
        let (name, script) = Self.obstacles[index]
        try await damage(script)
        try await isRepaired(Directory.read("{path: \"\(path)\", mode: '0750', owner: '\(owner())'}"), from: name)
    }

    @Test(arguments: obstacles.indices) func `creates one of several files over any object`(_ index: Int) async throws {
        let (name, script) = Self.obstacles[index]
        try await damage(script)
        let file = KeptFile(path: path, content: "new", mode: "0640")
        func found() async throws -> KeptFile.Found? {
            let line = try await ask(file.probe).text
            return try #require(KeptFile.found(in: String(line.dropLast())), "\(name): \(line)")
        }
        let damaged = try await found()
        #expect(!file.changes(from: damaged).isEmpty)
        let remedied = try await ask("set -eu\n\(Script.lines([file].repairs(for: [damaged])))")
        // Only root can change a file's owner to root.
        guard getuid() == 0 else { return }
        #expect(remedied.exit == 0, "\(name): \(remedied.errorText)")
        #expect(try await file.changes(from: found()).isEmpty)
    }

    /// Obstacles in place of the folder, of the file and of its temporary file.
    @Test(arguments: obstacles.indices) func `creates the guest's record over any object`(_ index: Int) async throws {
        let (name, script) = Self.obstacles[index]
        var record = GuestRecord()
        record.noteCreated("step", kind: "file")
        for (folder, object) in [("a b", ""), ("a b/run", ""), ("run", "/record"), ("run", "/record.new")] {
            let folder = "\(scratch.path)/folder/\(folder)"
            let damaged = try await ask(
                """
                f=\(scratch.path + "/folder"); p=\(path); rm -rf "$f"; mkdir "$f"
                if [ -n \(object) ]; then p=\(folder + object); mkdir \(folder); f=\(folder); fi
                \(script)
                """)
            try #require(damaged.exit == 0, "\(name): \(damaged.errorText)")
            let store = GuestRecordStore(folder: folder)
            let written = try await ask("set -eu\n\(store.write(record))")
            #expect(written.exit == 0, "\(name): \(written.errorText)")
            #expect(GuestRecord(try await ask(store.probe)) == record, "\(name)")
        }
    }

    @Test func `keeps only the three newest replaced objects`() async throws {
        try await damage(":")
        for _ in 1...5 {
            let made = try await ask(
                "set -eu\n\(.replacement)rm -f \(path); mkdir \(path); echo x >\(path)/x; echo new | replace 600 \(owner()) \(path)"
            )
            #expect(made.exit == 0, "\(made.errorText)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/folder").count == 4)
    }

    @Test func `keeps the old object if the new one cannot be written`() async throws {
        try await damage("echo old >\"$p\"")
        let failed = try await ask("set -eu\n\(.replacement)echo new | replace 600 no-such-user:no-such-group \(path)")
        #expect(failed.exit != 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/folder") == ["a b"])
    }
}
