import Foundation
import Provisioning

/// The sites that a command was given, read and checked; nothing is contacted before all files are right.
struct Sites {
    let inventory: Inventory
    let chosen: [Site]
    let options: SharedOptions
    private let playbooks: [Playbook]
    let nodes = NodeClients()
    private let environment = ProcessInfo.processInfo.environment

    private let lease: Duration

    /// - Parameter isOffline: whether nobody is going to be contacted.
    /// - Throws: `Mistakes` with every mistake of inventory and playbook, `SiteChoice.Refusal`, `UsageMistake`.
    init(
        _ choice: SiteChoice,
        _ options: SharedOptions,
        acceptsShrink: Bool = false,
        lease: Duration = Lease.usual,
        isOffline: Bool = false
    ) throws {
        if !isOffline { nodes.prepare() }
        self.options = options
        self.lease = lease
        inventory = try Inventory.load(from: try options.inventoryPath())
        chosen = try inventory.sites(for: choice)
        playbooks = try Playbook.load(
            from: options.playbook, for: chosen, of: inventory, acceptsShrink: acceptsShrink)
    }

    init(
        _ names: [String],
        _ options: SharedOptions,
        lease: Duration = Lease.usual,
        isOffline: Bool = false
    ) throws {
        try self.init(SiteChoice(names: names), options, lease: lease, isOffline: isOffline)
    }

    /// Reads the site's secrets.
    func open(_ index: Int, report: @escaping Report) throws -> Provisioner {
        try Provisioner(
            chosen[index],
            of: inventory,
            playbook: playbooks[index],
            states: options.states,
            queues: options.queues,
            environment: environment,
            who: Self.who(environment: environment),
            keepsConnection: options.keepConnection,
            timesProbes: options.verbose,
            lease: lease,
            nodes: nodes,
            report: report
        )
    }

    /// One site after the other; the first error ends it.
    func each(_ body: (Provisioner) async throws -> Void) async throws {
        for index in chosen.indices {
            try await body(try open(index, report: options.report(for: chosen[index].name)))
        }
    }

    /// What up would bring each site to, as far as the files tell.
    ///
    /// - Throws: `Mistakes`, those of all sites.
    func outlines() throws -> [Outline] {
        var mistakes: [Mistake] = []
        var outlines: [Outline] = []
        for (site, playbook) in zip(chosen, playbooks) {
            do { outlines.append(try Outline(site, of: inventory, playbook: playbook)) } catch {
                mistakes += error.all
            }
        }
        if !mistakes.isEmpty { throw Mistakes(mistakes) }
        return outlines
    }

    private static func who(environment: [String: String]) -> String {
        let user = environment["SUDO_USER"] ?? environment["USER"] ?? NSUserName()
        return "\(user)@\(ProcessInfo.processInfo.hostName)"
    }
}
