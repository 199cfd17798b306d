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

/// Runs the kinds that need only a folder, in a folder.
@Suite struct `A hostile value on this machine` {
    private let scratch = ScratchFolder()
    /// Values that could be the name of a file.
    static let names = HostileValue.all.filter { value in
        !value.contains { $0.isNewline || $0 == "/" } && !["", ".", ".."].contains(value)
    }

    private func ask(_ script: Script) async throws -> CommandResult {
        // A value that is executed would run here, and the test would see its effect.
        let asked: Script = "cd \(scratch.path) || exit 99\n\(script)"
        return try #require(await CommandBatch.ask([asked], through: ProcessShell.local).first)
    }

    /// `user:group` of who runs the tests.
    private func owner() throws -> String {
        let facts = try FileManager.default.attributesOfItem(atPath: scratch.path)
        let user = try #require(facts[.ownerAccountName] as? String)
        return "\(user):\(try #require(facts[.groupOwnerAccountName] as? String))"
    }

    private func quoted(_ text: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(text), as: UTF8.self)
    }

    /// Probes, repairs, and probes again. The probes must not change the folder.
    private func mend(_ resource: some Resource) async throws {
        let before = try tree()
        let absent = try resource.assess(await ask(resource.probe))
        #expect(try tree() == before)
        guard case .drifted(_, let repair, _, _) = absent else {
            Issue.record("converged before anything was done: \(resource)")
            return
        }
        let remedied = try await ask("set -eu\n\(repair)")
        #expect(remedied.exit == 0, "\(remedied.errorText)")
        let after = try tree()
        #expect(try resource.assess(await ask(resource.probe)) == .converged)
        #expect(try tree() == after)
    }

    /// Each path with its time of last change and its attributes.
    private func tree() throws -> [String: [String]] {
        let files = FileManager.default
        let paths = try files.subpathsOfDirectory(atPath: scratch.path)
        return Dictionary(
            uniqueKeysWithValues: try paths.map { path in
                let facts = try files.attributesOfItem(atPath: scratch.path + "/" + path)
                let shown = [FileAttributeKey.modificationDate, .size, .posixPermissions, .systemFileNumber]
                return (path, shown.map { String(describing: facts[$0]) })
            })
    }

    @Test(arguments: names) func `can be the name of a file`(_ name: String) async throws {
        let path = try quoted("\(scratch.path)/folder \(name)/\(name)")
        let owner = try owner()
        try await mend(ManagedFile.read("{path: \(path), content: \(quoted(name)), mode: '0640', owner: '\(owner)'}"))
        #expect(try Set(tree().keys) == ["folder \(name)", "folder \(name)/\(name)"])
    }

    @Test(arguments: HostileValue.all) func `can be the content of a file`(_ content: String) async throws {
        let path = scratch.path + "/file"
        let owner = try owner()
        try await mend(ManagedFile.read("{path: \(path), content: \(quoted(content)), owner: '\(owner)'}"))
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(content.utf8))
        #expect(try Set(tree().keys) == ["file"])
    }

    @Test func `leaves nothing behind if it cannot be an owner`() async throws {
        let file = try ManagedFile.read("{path: \(scratch.path)/file, content: x, owner: no-such-user:no-such-group}")
        let remedied = try await ask("set -eu\n\(file.repair(for: .absent))")
        #expect(remedied.exit == 1 && remedied.errorText.contains("no-such-user"))
        #expect(try tree().isEmpty)
    }

    @Test(arguments: names) func `can be the name of a directory`(_ name: String) async throws {
        let path = try quoted("\(scratch.path)/a/\(name)")
        let owner = try owner()
        try await mend(Directory.read("{path: \(path), mode: '2750', owner: '\(owner)'}"))
        #expect(try Set(tree().keys) == ["a", "a/\(name)"])
    }

    @Test(arguments: HostileValue.all) func `can be a word of a command`(_ word: String) async throws {
        let out = scratch.path + "/out"
        let run = try quoted("printf %s \"$2\" >\"$1\"")
        try await mend(
            Command.read(
                "{run: [sh, -c, \(run), sh, \(out), \(quoted(word))], unless: [test, -e, \(out), -o, \(quoted(word)), '=', x]}"
            ))
        #expect(try Data(contentsOf: URL(filePath: out)) == Data(word.utf8))
        #expect(try Set(tree().keys) == ["out"])
    }

    @Test(arguments: HostileValue.all) func `can be stored in a table, if a table can contain it`(_ value: String)
        async throws
    {
        let path = scratch.path + "/table"
        let yaml = "{path: \(path), type: texthash, entries: {a: \(try quoted(value))}}"
        guard try LookupTable.mistakes(in: yaml).isEmpty else {
            #expect(value.contains(where: \.isNewline) || value.trimmingCharacters(in: .whitespaces).isEmpty)
            return
        }
        try await mend(LookupTable.read(yaml))
        #expect(try Set(tree().keys) == ["table"])
    }
}
