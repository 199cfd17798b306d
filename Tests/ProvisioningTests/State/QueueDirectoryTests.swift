import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

/// Mail that is in no guest is stored on this machine until the next guest imports it.
@Suite struct `A packed queue between two guests` {
    private let scratch = ScratchFolder()
    private let site: Provisioner

    init() throws {
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: Self.inventory))
        site = try Provisioner(
            inventory.sites[0], of: inventory, playbook: Playbook(name: "none", steps: []),
            states: StateDirectory(root: scratch.path + "/state"),
            queues: QueueDirectory(root: scratch.path + "/queues"),
            environment: ["TOKEN": "00000000-0000-4000-8000-000000000001"], who: "ada@home", report: { _ in })
    }

    private static let inventory = """
        name: home
        domain: yourdomain.net
        primary: {name: mail.yourdomain.net, address: 10.1.0.12}
        recipients: [you@yourdomain.net]
        alerts: ops@sender.example
        sites:
          one:
            proxmox: {address: 10.2.0.1, node: pve2, fingerprint: "\(Array(repeating: "00", count: 32).joined(separator: ":"))", token: {id: "sitectl@pve!ctl", env: TOKEN}}
            guest:
              template: 100
              hostname: mail-backup.yourdomain.net
              network: {bridge: vmbr0, address: 10.2.0.25/24}
            ssh: {host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf}

        """

    private var place: String { scratch.path + "/queues/home/one/queue.tar.gz" }

    private func write(_ path: String) throws {
        let parent = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try "x".write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func stateStore() throws -> StateStore {
        try site.folder.create()
        return try StateStore(in: site.folder)
    }

    private func context(_ report: @escaping EventHandler = { _ in }) throws -> RunContext {
        let stateStore = try stateStore()
        let lease = SiteLease(
            host: site.host, stateStore: stateStore, who: "ada@home", command: "up", duration: Lease.usual)
        return RunContext(stateStore: stateStore, lease: lease, report: report)
    }

    @Test func `is in its own folder, separate from the state`() {
        #expect(site.queues.archivePath == place)
        #expect(QueueDirectory.standard(environment: ["XDG_DATA_HOME": "/d"]).root == "/d/mxprovision/queues")
        #expect(QueueDirectory.standard(environment: ["HOME": "/h"]).root == "/h/.local/share/mxprovision/queues")
    }

    @Test func `is found without the state`() throws {
        try write(place)
        #expect(try site.waitingArchive(stateStore()) == .init(path: place, guest: ""))
        try site.adoptQueue(in: context())
        #expect(try stateStore().state.archive == .init(path: place, guest: ""))
    }

    @Test func `is found at its place in version 0.1`() throws {
        let old = site.folder.path + "/queue.tar.gz"
        try write(old)
        #expect(try site.waitingArchive(stateStore()) == .init(path: old, guest: ""))
    }

    @Test func `that the state names has priority`() throws {
        try write(place)
        try stateStore().update { $0.archive = .init(path: "/elsewhere", guest: "m") }
        #expect(try site.waitingArchive(stateStore()) == .init(path: "/elsewhere", guest: "m"))
    }

    @Test func `that is incomplete is removed`() throws {
        try write(place + ".partial")
        try site.adoptQueue(in: context())
        #expect(try stateStore().state.archive == nil)
        #expect(!FileManager.default.fileExists(atPath: place + ".partial"))
    }

    @Test func `is not read from a folder that others can write to`() throws {
        try write(place)
        chmod(scratch.path + "/queues/home/one", 0o777)
        let error = try #require(throws: StateError.self) { try site.waitingArchive(stateStore()) }
        #expect(error.recoverySuggestion?.contains("chmod go-w") == true)
    }

    @Test func `that is discarded is kept and not imported again`() throws {
        try write(place)
        let notes = Mutex<[String]>([])
        try site.discardImport(
            in: context { event in
                if case .note(let text) = event { notes.withLock { $0.append(text) } }
            })
        #expect(try site.waitingArchive(stateStore()) == nil)
        let kept = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/queues/home/one")
        #expect(kept.count == 1 && kept[0].hasPrefix("queue.tar.gz.discarded-2"))
        let path = (place as NSString).deletingLastPathComponent + "/" + kept[0]
        #expect(notes.withLock(\.self).first?.hasSuffix("the file is kept as \(path)") == true)
    }

    @Test func `that the user named keeps its name when it is discarded`() throws {
        let file = scratch.path + "/mine.tar.gz"
        try write(file)
        try stateStore().update { $0.archive = .init(path: file) }
        try site.discardImport(in: context())
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try stateStore().state.archive == nil)
    }
}
