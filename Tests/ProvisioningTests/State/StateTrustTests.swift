import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

/// Files that another user could have created are refused, and never written to.
@Suite struct `A state that another user could have created` {
    private let scratch = ScratchFolder()
    private let address = SiteAddress(inventory: "home", name: "one")
    private var states: StateDirectory { StateDirectory(root: scratch.path + "/state") }
    private var site: String { scratch.path + "/state/home/one" }

    @Test(arguments: ["", "/home", "/home/one"], [0o777, 0o775, 0o1777])
    func `is rejected if others can write to a folder`(level: String, mode: Int) throws {
        _ = try states.folder(of: address)
        let folder = scratch.path + "/state" + level
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder)
        for attempt in [
            { _ = try states.folder(of: address) }, { _ = try StateStore(reading: states.path(of: address)) },
        ] {
            let error = #expect(throws: StateError.self) { try attempt() }
            guard case .untrusted(folder, _, "chmod go-w \(folder)")? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        .enabled(if: geteuid() == 0, "only root can change the owner of a folder"),
        arguments: ["", "/home", "/home/one"])
    func `is rejected if a folder belongs to another user`(level: String) throws {
        _ = try states.folder(of: address)
        #expect(chown(scratch.path + "/state" + level, 65534, 65534) == 0)
        #expect(throws: StateError.self) { try states.folder(of: address) }
    }

    /// The kind of object that replaces a file.
    enum Trap: String, CaseIterable { case link, dangling, pipe, folder }

    private func set(_ trap: Trap, at path: String) throws -> String {
        let target = scratch.path + "/target"
        switch trap {
        case .link:
            try Data("precious".utf8).write(to: URL(filePath: target))
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        case .dangling: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        case .pipe: #expect(mkfifo(path, 0o600) == 0)
        case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        return target
    }

    @Test(.timeLimit(.minutes(5)), arguments: Trap.allCases)
    func `is never written through and never blocks a run`(trap: Trap) throws {
        let folder = try states.folder(of: address)
        let entry = JournalEntry(
            started: Date(), took: 0, who: "a@b", command: "up", guest: nil, outcome: .unchanged, changes: [],
            error: nil)
        let target = try set(trap, at: folder.journalPath)
        #expect(throws: StateError.self) { try Journal(of: folder).append(entry) }
        #expect(throws: StateError.self) { try Journal(of: folder).entries() }
        let text = try? String(contentsOfFile: target, encoding: .utf8)
        #expect(text == (trap == .link ? "precious" : nil))
    }

    @Test(.timeLimit(.minutes(5)), arguments: Trap.allCases)
    func `is rejected as a lock and as a state`(trap: Trap) throws {
        let folder = try states.folder(of: address)
        let target = try set(trap, at: folder.lockPath)
        #expect(throws: StateError.self) {
            _ = try SiteLock.acquire(in: folder, site: "one", for: .init(who: "a@b", command: "up", since: Date()))
        }
        try? FileManager.default.removeItem(atPath: target)
        _ = try set(trap, at: folder.statePath)
        #expect(throws: StateError.self) { try StateStore(in: folder) }
    }
}
