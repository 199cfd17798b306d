public import ArgumentParser
public import Provisioning

struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns",
        abstract: "Tell what the public DNS is to say of a site; compare it, or change it.",
        discussion: """
            Without an action the zones' lines are printed, with what is left to people as comments. \
            Exit status of --check: 0 where every server says what it should, 2 where one differs or does not answer. \
            --apply and --withdraw need `dns.update` in the inventory; apply when the site's Postfix has been proved.
            """
    )

    enum Action: String, EnumerableFlag {
        case check, apply, withdraw

        static func help(for value: Action) -> ArgumentHelp? {
            switch value {
            case .check: "Compare every authoritative server and a resolver with the inventory."
            case .apply: "Publish the records, the MX last, and read them back."
            case .withdraw: "Take the site's MX away, and tell how long senders may still go by it."
            }
        }
    }

    @OptionGroup var options: SharedOptions
    @Option(help: "How the lines are printed: zone, json or octodns.") var format = ZoneText.Format.zone
    @Flag(exclusivity: .exclusive) var action: Action?
    @Argument(help: "The site, by its name in the inventory.") var site: String

    func run() async throws {
        let path = try options.inventoryPath()
        let inventory = try Inventory.load(from: path)
        guard let site = inventory.site(named: site) else {
            let known = inventory.sites.map { "`\($0.name)`" }.joined(separator: ", ")
            throw UsageMistake(what: "`\(site)` is no site of \(path)", next: "The sites there are \(known).")
        }
        guard let publication = ZonePublication(site, of: inventory) else {
            throw UsageMistake(
                what: "the inventory says nothing of the DNS of `\(site.name)`",
                next: "Give the section `dns` of the site, with `addresses`."
            )
        }
        switch action {
        case .check?: try await check(publication)
        case .apply?:
            let provisioner = try Sites([site.name], options).open(0, report: Self.notes)
            let changes = try await interruptible { try await provisioner.publishZone() }
            try tell(DNSOutcome(site: site.name, event: "published", changes: changes, wait: nil))
        case .withdraw?:
            let provisioner = try Sites([site.name], options).open(0, report: Self.notes)
            let (changes, wait) = try await interruptible { try await provisioner.withdrawZone() }
            try tell(DNSOutcome(site: site.name, event: "withdrawn", changes: changes, wait: wait.components.seconds))
        case nil: show(publication.desired, behind: site.address.flatMap(IPAddress.init))
        }
    }

    /// What was changed is told at the end, in one piece.
    private static let notes: Report = { event in
        if case .note(let text) = event { Console.talk(text.printable) }
    }

    private func check(_ publication: ZonePublication) async throws {
        let report = try await interruptible { try await publication.check() }
        try Console.print(options.json ? JSONLine.encode(report) : DNSText.report(report))
        if !report.isEmpty { throw ChangesFound() }
    }

    private func tell(_ outcome: DNSOutcome) throws {
        try Console.print(options.json ? JSONLine.encode(outcome) : outcome.text)
    }

    /// - Parameter address: Where the primary sees the guest, if that is known.
    private func show(_ desired: DesiredZone, behind address: IPAddress?) {
        Console.print(ZoneText(desired).text(options.json ? .json : format))
        if format == .zone, !options.json { Console.print(DNSText.advice(for: desired, behind: address)) }
    }
}

extension ZoneText.Format: ExpressibleByArgument {}
