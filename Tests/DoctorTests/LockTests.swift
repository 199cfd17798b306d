import ProxmoxAPI
import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

/// A template with a lock.
@Suite struct `A locked template` {
    private let folder = Scratch()

    private func provision(_ site: MemorySite, _ report: @escaping EventHandler = { _ in }) throws -> GuestProvision {
        GuestProvision(
            host: site.host(site.node.client()), specification: site.site.specification,
            order: try site.site.cloneRequest,
            stateStore: try StateStore(in: SiteFolder(path: folder.path)), report: report)
    }

    @Test(arguments: ["mounted", "create"])
    func `fails at once if nothing will remove the lock`(_ lock: String) async throws {
        let node = MemoryNode { $0.guests[100]?.options["lock"] = lock }
        let error = try await #require(throws: GuestError.self) {
            try await provision(MemorySite(node)).converge(from: nil)
        }
        #expect(error == .staleLock(id: try GuestID(checking: 100), lock: lock))
        #expect(
            error.recoverySuggestion?.contains(lock == "mounted" ? "`pct unmount 100`" : "`pct unlock 100`") == true)
        #expect(node.writes.isEmpty, "\(node.writes)")
    }

    /// With Sys.Audit on the node, the caller sees that no task holds the lock.
    @Test(arguments: ["backup", "disk", "snapshot", "migrate", "fstrim", "rollback"])
    func `fails at once if its task has died`(_ lock: String) async throws {
        let node = MemoryNode {
            $0.guests[100]?.options["lock"] = lock
            $0.give(["Sys.Audit"], on: "/nodes/pve2")
        }
        let error = try await #require(throws: GuestError.self) {
            try await provision(MemorySite(node)).converge(from: nil)
        }
        #expect(error == .staleLock(id: try GuestID(checking: 100), lock: lock))
        #expect(error.errorDescription == "guest 100 is locked (\(lock)), but no task is running on it")
        #expect(error.recoverySuggestion?.contains("`pct unlock 100`") == true)
    }

    /// Without Sys.Audit, tasks of other users are hidden. The run waits for the lock for a limited time.
    @Test func `is polled at growing intervals if its task is not visible, and is then named`() async throws {
        let node = MemoryNode { $0.guests[100]?.options["lock"] = "backup" }
        var tasks = try provision(MemorySite(node)).tasks
        tasks.unseenLimit = .seconds(2)
        let template = try #require(
            try await tasks.host.look(at: GuestID(checking: 100), on: NodeName(checking: "pve2")))
        let error = try await #require(throws: GuestError.self) {
            try await tasks.awaitUnlock(template, lock: "backup")
        }
        #expect(
            ErrorDescription(error).text.hasPrefix(
                """
                guest 100 is still locked (backup)
                  no visible task holds it; tasks of other users are visible only with Sys.Audit on /nodes/pve2
                → Wait until
                """))
        let looks = node.calls.count { $0.hasSuffix("/lxc/100/config") }
        // One query of the test, and at most three of the run: after 0, 1 and 2 seconds.
        #expect((2...4).contains(looks), "\(node.calls)")
    }

    @Test func `is awaited while its task runs, and the task is named`() async throws {
        let node = MemoryNode { $0.give(["Sys.Audit"], on: "/nodes/pve2") }
        // A backup of several guests is not listed under any of them.
        await node.node.lockForBackup(100)
        let waits = Mutex<[String]>([])
        let provision = try provision(MemorySite(node)) { event in
            guard case .waiting(let what) = event else { return }
            let isFirst = waits.withLock {
                $0.append(what)
                return $0.count == 1
            }
            if isFirst { Task { await node.node.endBackup(of: 100) } }
        }
        let guest = try await provision.converge(from: nil).guest
        #expect(guest.id.rawValue == 110)
        #expect(waits.withLock(\.first) == "waiting: guest 100 is locked (backup) by vzdump of root@pam")
    }

    @Test(arguments: [("mounted", "`pct unmount 100`"), ("backup", "pvesh get /nodes/pve2/tasks")])
    func `is reported by the doctor with advice`(_ lock: String, _ advice: String) async throws {
        let report = try await MemorySite(MemoryNode { $0.guests[100]?.options["lock"] = lock }).examine()
        let check = try #require(report.check("lock", of: .template))
        #expect(check.verdict == .fail && check.evidence.contains("locked (\(lock))"), "\(check)")
        #expect(check.advice?.contains(advice) == true, "\(check)")
    }

    @Test func `is only a warning of the doctor while its task runs`() async throws {
        let node = MemoryNode { $0.give(["Sys.Audit"], on: "/nodes/pve2") }
        await node.node.lockForBackup(100)
        let check = try #require(try await MemorySite(node).examine().check("lock", of: .template))
        #expect(check.verdict == .warn && check.evidence.contains("by the task vzdump of root@pam"), "\(check)")
    }
}

extension Node {
    fileprivate func lockForBackup(_ id: Int) {
        guests[id]?.options["lock"] = "backup"
        _ = tasks.begin("vzdump", id: "", by: .root, on: name)
    }

    fileprivate func endBackup(of id: Int) {
        for task in tasks.all where task.end == nil { tasks.end(task.upid, "TASK OK") }
        guests[id]?.options["lock"] = nil
    }
}
