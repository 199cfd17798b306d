import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Guests
import Sites

/// The sites of a command, read and checked. No host is contacted before all files are valid.
struct SelectedSites {
    let inventory: Inventory
    let chosen: [Site]
    let options: SharedOptions
    private let playbooks: [Playbook]
    let nodes = NodeClients()
    private let environment = ProcessInfo.processInfo.environment

    private let lease: Duration

    /// Reads and checks the inventory and the playbooks.
    ///
    /// - Parameters:
    ///   - mailOptions: The given options that only a backup MX has.
    ///   - isOffline: Whether the command contacts no host.
    /// - Throws: `Mistakes` with every mistake of the inventory and the playbooks, `SiteChoice.Refusal`,
    ///   `UsageMistake`.
    init(
        _ choice: SiteChoice,
        _ options: SharedOptions,
        acceptsShrink: Bool = false,
        mailOptions: [String] = [],
        lease: Duration = Lease.usual,
        isOffline: Bool = false
    ) throws {
        if !isOffline { nodes.prepare() }
        self.options = options
        self.lease = lease
        var inventory = try options.inventoryFile()
        if let option = mailOptions.first, inventory.backupMX == nil {
            throw UsageMistake(
                what: "`\(option)` needs a playbook with the role `\(BackupMXRole.name)`",
                next: "Remove the option, or choose another inventory.")
        }
        if acceptsShrink { inventory.acceptShrunkRecipients() }
        self.inventory = inventory
        chosen = try inventory.sites(for: choice)
        playbooks = try Playbook.load(
            from: options.playbookPath(for: inventory), for: chosen, of: inventory)
    }

    init(
        _ names: [String],
        _ options: SharedOptions,
        mailOptions: [String] = [],
        lease: Duration = Lease.usual,
        isOffline: Bool = false
    ) throws {
        try self.init(SiteChoice(names: names), options, mailOptions: mailOptions, lease: lease, isOffline: isOffline)
    }

    /// Reads the site's secrets and returns its provisioner.
    func open(
        _ index: Int, onProgress: ProgressReport? = ProgressLine.onProgress, report: @escaping EventHandler
    ) throws -> Provisioner {
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
            onProgress: onProgress,
            report: report
        )
    }

    /// Runs the body at one site after the other. The first error ends the loop.
    func each(_ body: (Provisioner) async throws -> Void) async throws {
        for index in chosen.indices {
            try await SiteFailure.naming(chosen[index].name) {
                try await body(try open(index, report: options.report(for: chosen[index].name)))
            }
        }
    }

    /// Returns the target state of each site, as far as the files define it.
    ///
    /// - Throws: `Mistakes` with the mistakes of all sites.
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
