import Foundation
import Provisioning

/// The sites that a command was given, loaded and checked; nothing is contacted before all files are right.
struct Sites {
    private let provisioners: [Provisioner]

    /// - Throws: `Mistakes` with every mistake of inventory and playbook, `UsageMistake` for a name that is no site.
    init(
        _ names: [String],
        _ options: SharedOptions,
        acceptsShrink: Bool = false,
        lease: Duration = Lease.usual,
        report: Report? = nil
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try options.inventoryPath()
        let inventory = try Inventory.load(from: path)
        let wanted = names.isEmpty ? inventory.sites.map(\.name) : names
        let chosen = try wanted.map { name in
            guard let site = inventory.sites.first(where: { $0.name == name }) else {
                let known = inventory.sites.map { "`\($0.name)`" }.joined(separator: ", ")
                throw UsageMistake(what: "`\(name)` is no site of \(path)", next: "The sites there are \(known).")
            }
            return site
        }
        let playbooks = try chosen.map {
            try Playbook.load(
                from: options.playbook, variables: inventory.variables(for: $0, acceptsShrink: acceptsShrink))
        }
        provisioners = try zip(chosen, playbooks).map { site, playbook in
            try Provisioner(
                site,
                of: inventory,
                playbook: playbook,
                states: options.states,
                environment: environment,
                who: Self.who(environment: environment),
                lease: lease,
                report: report ?? options.report(for: site.name)
            )
        }
    }

    /// The one that was named.
    var only: Provisioner { provisioners[0] }

    /// One site after the other; the first error ends it.
    func each(_ body: (Provisioner) async throws -> Void) async throws {
        for provisioner in provisioners { try await body(provisioner) }
    }

    /// Looks at one site after the other, and tells what was seen of each.
    ///
    /// - Throws: `ChecksFailed` where something is not right.
    func judge<Subject>(
        _ event: String,
        _ options: SharedOptions,
        _ look: @escaping @Sendable (Provisioner) async throws -> CheckReport<Subject>
    ) async throws {
        var isRight = true
        try await each { site in
            let report = try await interruptible { try await look(site) }
            isRight = isRight && report.isRight
            Console.print(
                try options.json
                    ? JSONLine.encode(Record(event, of: site.name, report))
                    : CheckText(report, site.name, isVerbose: options.verbose).text.printable)
        }
        if !isRight { throw ChecksFailed() }
    }

    private static func who(environment: [String: String]) -> String {
        let user = environment["SUDO_USER"] ?? environment["USER"] ?? NSUserName()
        return "\(user)@\(ProcessInfo.processInfo.hostName)"
    }
}
