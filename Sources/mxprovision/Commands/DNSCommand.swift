import Alerts
public import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Ingress
import Resources
import Sites

struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns",
        abstract: "Show the DNS records that a site needs; check or change them.",
        discussion: """
            Without an action, print the records as lines of a zone file. Comments in it list the manual steps: the request \
            for PTR records and the primary's exemption for the guest. \
            Exit status of --check: 0 if every server has the records, 2 if one differs or does not answer. \
            --apply and --withdraw need `dns.update` in the inventory; apply after the site has passed verification.
            """
    )

    enum Action: String, EnumerableFlag {
        case check, apply, withdraw

        static func help(for value: Action) -> ArgumentHelp? {
            switch value {
            case .check: "Compare every authoritative server and a resolver with the inventory."
            case .apply: "Publish the records, the MX last, and read them back."
            case .withdraw: "Remove the site's MX, and show how long senders may still use it."
            }
        }
    }

    @OptionGroup var options: SharedOptions
    @Option(help: "Output format: zone, json or octodns.") var format = ZoneText.Format.zone
    @Flag(exclusivity: .exclusive) var action: Action?
    @Argument(help: "Name of the site in the inventory.") var site: String

    func run() async throws {
        let path = try options.inventoryPath()
        let inventory = try options.inventoryFile()
        guard let site = inventory.site(named: site) else {
            let known = inventory.sites.map { "`\($0.name)`" }.joined(separator: ", ")
            throw UsageMistake(what: "`\(site)` is not a site of \(path)", next: "Its sites are \(known).")
        }
        try await SiteFailure.naming(site.name) {
            guard let publication = ZonePublication(site, of: inventory) else {
                return try show(nil, site, of: inventory)
            }
            try await act(on: site, of: inventory, publication)
        }
    }

    private func act(on site: Site, of inventory: Inventory, _ publication: ZonePublication) async throws {
        let report = options.json ? options.report(for: site.name) : Self.notes
        switch action {
        case .check?: try await check(publication)
        case .apply?:
            let provisioner = try SelectedSites([site.name], options).open(0, report: report)
            let changes = try await interruptible { try await provisioner.publishZone() }
            try tell(DNSOutcome(site: site.name, event: "published", changes: changes, wait: nil))
        case .withdraw?:
            let provisioner = try SelectedSites([site.name], options).open(0, report: report)
            let (changes, wait) = try await interruptible { try await provisioner.withdrawZone() }
            try tell(DNSOutcome(site: site.name, event: "withdrawn", changes: changes, wait: wait.components.seconds))
        case nil: try show(publication.desired, site, of: inventory)
        }
    }

    /// Prints only notes. The changes are printed together at the end.
    private static let notes: EventHandler = { event in
        if case .note(let text) = event { Console.talk(text.inLine) }
    }

    private func check(_ publication: ZonePublication) async throws {
        let report = try await interruptible { try await publication.check() }
        if options.json {
            Console.print(unescaped: try JSONLine.encode(Record("dns", of: publication.desired.site, report)))
        } else {
            Console.print(DNSText.report(report, isVerbose: options.verbose))
        }
        if !report.isEmpty { throw ChangesFound() }
    }

    private func tell(_ outcome: DNSOutcome) throws {
        guard options.json else { return Console.print(outcome.text) }
        Console.print(unescaped: try JSONLine.encode(outcome))
    }

    /// Prints the records and the exemptions.
    ///
    /// - Parameter desired: nil if the site has no section `dns`. The guest's exemption on the primary does not depend
    ///   on it.
    private func show(_ desired: DesiredZone?, _ site: Site, of inventory: Inventory) throws {
        let address = SiteAddress(inventory: inventory.name, name: site.name)
        let recorded = site.address == nil ? try options.states.folder(of: address).state().guest?.address : nil
        let exemptions = ZoneAdvice.exemptions(for: site, of: inventory, recorded: recorded)
        if desired == nil, action != nil || exemptions.isEmpty {
            throw UsageMistake(
                what: "the site `\(site.name)` has no section `dns` in the inventory",
                next: action == nil
                    ? "Add a section `dns` with `addresses` to the site. For what the primary needs, run `up` first: "
                        + "the guest's address is not known yet."
                    : "Add a section `dns` with `addresses` to the site.")
        }
        if options.json {
            let zone = ZoneJSON(records: desired.map { ZoneText($0).lines } ?? [], exemptions: exemptions)
            Console.print(unescaped: try JSONLine.encode(Record("zone", of: site.name, zone)))
        } else if let desired {
            Console.print(ZoneText(desired).text(format))
            if format == .zone { Console.print(DNSText.advice(for: desired, exemptions: exemptions)) }
        } else {
            Console.print(DNSText.advice(exemptions: exemptions, forUnpublished: site.name))
        }
    }
}

/// The output of `dns --json` without an action.
struct ZoneJSON: Encodable {
    var records: [ZoneText.Line]
    /// Texts for the administrator of the primary.
    var exemptions: [String]
}

extension ZoneText.Format: ExpressibleByArgument {}
