import Foundation

/// The state of the node: guests, tasks, access. Calls and workers change it one at a time.
actor Node {
    let name: String
    let release: APIServer.Release
    let runtime: any GuestRuntime
    let certificate: NodeCertificate
    let authority: NodeCertificate
    var access: Access
    var guests: [Int: GuestConfig]
    var tasks = TaskList()
    /// The running workers.
    var workers: [String: Task<Void, Never>] = [:]
    /// The guests whose lock file is held.
    var lockFiles: Set<Int> = []
    var starts: [Int: Int] = [:]
    /// The template of each linked clone.
    var bases: [Int: Int] = [:]
    /// Volumes that no configuration refers to: leftovers of a killed clone.
    var orphans: Set<String> = []
    /// The guests' firewall files.
    var firewalls: [Int: FirewallFile] = [:]
    /// The options of cluster.fw.
    var datacenterFirewall: FirewallFile
    var storages: [Storage]
    let templates: [OSTemplate]
    let bridges: [String]
    /// The ordered faults.
    var faults: [APIFault] = []

    init(settings: APIServer.Settings, seed: Seed, runtime: any GuestRuntime) {
        name = settings.node
        release = settings.release
        self.runtime = runtime
        certificate = NodeCertificate(file: settings.certificate)
        authority = .authority(beside: settings.certificate)
        access = seed.access
        access.release = settings.release
        guests = seed.guests
        datacenterFirewall = FirewallFile(options: seed.isFirewalled ? ["enable": "1"] : [:])
        storages = seed.storages
        templates = seed.templates
        bridges = seed.bridges
    }

    func guest(_ id: Int) throws -> GuestConfig {
        guard let guest = guests[id] else { throw Failure.noConfiguration(name, id) }
        return guest
    }

    func storage(_ name: String) throws -> Storage {
        guard let storage = storages.first(where: { $0.name == name }) else {
            throw Failure.internalError("storage '\(name)' does not exist")
        }
        return storage
    }

    /// Returns a guest that is not locked (PVE::AbstractConfig, check_lock).
    func unlocked(_ id: Int) throws -> GuestConfig {
        let guest = try guest(id)
        if let lock = guest.lock { throw Failure.internalError("CT is locked (\(lock))") }
        return guest
    }

    /// Starts a worker and returns its UPID immediately.
    func work(
        _ type: String,
        _ id: Int,
        _ call: Call,
        _ body: @escaping @Sendable (String) async throws -> [String]
    ) -> Answer {
        let upid = tasks.begin(type, id: String(id), by: call.caller, on: name)
        guard call.fault != .killed else {
            tasks.kill(upid)
            return Answer(.text(upid))
        }
        workers[upid] = Task {
            do {
                let warnings = try await body(upid)
                for warning in warnings { tasks.log("WARN: \(warning)", to: upid) }
                tasks.end(upid, warnings.isEmpty ? "TASK OK" : "TASK WARNINGS: \(warnings.count)")
            } catch let failure as Failure {
                tasks.end(upid, "TASK ERROR: \(failure.message)")
            } catch {
                tasks.end(upid, "TASK ERROR: \(error)")
            }
            workers[upid] = nil
        }
        return Answer(.text(upid))
    }

    func log(_ line: String, to upid: String) { tasks.log(line, to: upid) }

    /// Returns the warning of pve-container 6.0.19 and later at each clone and start of a systemd guest without
    /// nesting.
    func nestingWarning(_ guest: GuestConfig) -> [String] {
        guard release == .v9_2, guest.options["features"]?.contains("nesting=1") != true else { return [] }
        return ["Systemd 252 detected. You may need to enable nesting."]
    }
}
