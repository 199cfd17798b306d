import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The state of a site` {
    let scratch = ScratchFolder()
    var folder: SiteFolder {
        get throws {
            try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "secondary"))
        }
    }

    @Test func `is empty if there is no file`() throws {
        #expect(try folder.state() == SiteState())
    }

    @Test func `is read back as it was written`() throws {
        var state = SiteState()
        state.guest = .init(id: 110, node: "pve2", mark: "m", address: "10.2.0.110", hasOwnHostKeys: true)
        state.pendingHandlers = [Handler(.restart, "postfix@-")]
        try folder.replace(state)
        #expect(try folder.state() == state)
    }

    @Test func `survives the temporary file of a killed writer`() throws {
        let folder = try folder
        try folder.replace(SiteState())
        try Data("{".utf8).write(to: URL(filePath: folder.statePath + ".new"))
        DurableFile.removeHalf(of: folder.statePath)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state.json"])
        #expect(try folder.state() == SiteState())
    }

    @Test func `is readable only by its owner`() throws {
        try folder.replace(SiteState())
        let mode = try FileManager.default.attributesOfItem(atPath: folder.statePath)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `is rejected if other users can read it`() throws {
        try folder.replace(SiteState())
        let path = try folder.statePath
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: StateError.exposed(path: path, mode: 0o644)) { try folder.state() }
    }

    @Test func `is read as version 0.1 wrote it`() throws {
        let text = #"""
            {"version": 1, "owed": [], "owesVerification": true, "guest": {"id": 110, "node": "pve2", "mark": "m",
            "address": "10.2.0.110", "hasOwnHostKeys": true, "mayHoldMail": true}}
            """#
        let path = try folder.statePath
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        var state = SiteState()
        state.guest = .init(id: 110, node: "pve2", mark: "m", address: "10.2.0.110", hasOwnHostKeys: true)
        state.needsVerification = true
        #expect(try folder.state() == state)
    }

    typealias Broken = (text: String, why: String)
    static let broken: [Broken] = [
        ("", "empty"),
        ("{", "cut short"),
        (#"{"version": 1, "owed": "x", "owesVerification": false}"#, "of the wrong type"),
        ("[]", "of the wrong shape"),
    ]

    @Test(arguments: broken)
    func `is never treated as empty if it cannot be read`(broken: Broken) throws {
        let path = try folder.statePath
        _ = FileManager.default.createFile(
            atPath: path,
            contents: Data(broken.text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        let error = #expect(throws: StateError.self) { try folder.state() }
        guard case .unreadable(path, _) = error else {
            Issue.record("the file is \(broken.why), and the error is \(String(describing: error))")
            return
        }
    }

    @Test func `of a newer version is rejected with the version`() throws {
        let path = try folder.statePath
        _ = FileManager.default.createFile(
            atPath: path,
            contents: Data(#"{"version": 99}"#.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        #expect(throws: StateError.tooNew(path: path, version: 99)) { try folder.state() }
    }
}

@Suite struct `The journal` {
    let scratch = ScratchFolder()

    @Test func `lists all runs in order and skips one that a power failure truncated`() throws {
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "a"))
        let journal = Journal(of: folder)
        let runs = [JournalEntry.Outcome.changed, .failed].map {
            JournalEntry(
                started: Date(timeIntervalSince1970: 1_800_000_000),
                took: 1.5,
                who: "ada@desk",
                command: "up",
                guest: 110,
                outcome: $0,
                changes: [.init(step: "relay", changes: [Change("relay_domains", from: nil, to: "example.org")])],
                error: nil
            )
        }
        for run in runs { try journal.append(run) }
        let handle = try #require(FileHandle(forWritingAtPath: folder.journalPath))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"started": "20"#.utf8))
        #expect(try journal.entries() == runs)
        try journal.append(runs[0])
        #expect(try journal.entries() == runs + [runs[0]])
    }

    @Test func `reads the outcomes of version 0.1`() throws {
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "a"))
        try folder.create()
        let lines = ["postponed", "changed"].map {
            #"{"changes":[],"command":"up","outcome":"\#($0)","started":"2026-01-02T03:04:05Z","took":1,"who":"ada@desk"}"#
        }
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: folder.journalPath))
        #expect(try Journal(of: folder).entries().map(\.outcome) == [.deferred, .changed])
    }
}

@Suite struct `The lock of a site` {
    let scratch = ScratchFolder()
    let holder = SiteLock.Holder(who: "ada@desk", command: "up", since: Date(timeIntervalSince1970: 1_800_000_000))

    @Test func `lets one of two operators work, and the other sees who holds the site`() throws {
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "a"))
        let lock = try SiteLock.acquire(in: folder, site: "a", for: holder)
        #expect(throws: SiteLock.Held(site: "a", by: holder)) {
            _ = try SiteLock.acquire(in: folder, site: "a", for: holder)
        }
        #expect(SiteLock.holder(in: folder) == holder)
        _ = consume lock
        #expect(SiteLock.holder(in: folder) == nil)
        _ = try SiteLock.acquire(in: folder, site: "a", for: holder)
    }
}
