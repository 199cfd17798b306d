import Alerts
import ConfigurationFiles
import Diagnostics
public import Engine
import Foundation
import Guests
import MailChecks
import RemoteShell
import Resources
public import Sites

extension Provisioner {
    /// Runs a failover drill: holds canaries, sends them from outside, finds them in the queue, releases them, and
    /// accounts for each. No other mail is held, unless a command of the order stops the primary itself.
    ///
    /// - Parameters:
    ///   - order: The options that the inventory does not decide.
    ///   - vantage: The site from whose host the canaries are sent; nil for this machine.
    /// - Throws: ``DrillError/amiss(site:phrases:)`` if a canary has not arrived exactly once and unchanged; the report
    ///   is written first. Otherwise what prevented the drill, as ``up(importing:)``.
    @discardableResult
    public func drill(_ order: DrillOrder = DrillOrder(), from vantage: Provisioner? = nil) async throws -> Summary {
        let mail = try backupMX
        return try await run("drill") { context in
            let (stateStore, lease, report) = (context.stateStore, context.lease, context.report)
            guard let settings = mail.drill else { throw DrillError.notDescribed(file: inventory.file) }
            let address = try await addressForSenders(stateStore)
            // `up` on another machine would treat the hold as drift, and remove it.
            if let found = try await provision(stateStore, report).find() { _ = try await lease.take(found) }
            let source = try arrivalSource(settings.arrivals)
            let seen = try await withConnection(source, endingWith: { await $0.close() }) { source in
                try await withConnection(try await knownGuest(stateStore), endingWith: { await $0.close() }) { guest in
                    // Remove a hold that no state records.
                    let recall = DrillRecall(site: site.name, stateStore: stateStore, report: report)
                    tell(try await recall.lift(through: guest), report)
                    guard let vantage else {
                        return try await rehearse(
                            order, settings, guest, source, recall, through: TCPConnector(address: address),
                            from: "this machine")
                    }
                    return try await vantage.reading { vantage, state in
                        try await withConnection(try await vantage.hostShell(state), endingWith: { await $0.close() }) {
                            shell in
                            try await rehearse(
                                order, settings, guest, source, recall,
                                through: StreamConnector(shell: shell, address: address.description),
                                from: "the host of \(vantage.name)")
                        }
                    }
                }
            }
            let page = order.page ?? "\(folder.path)/drill-\(seen.run).html"
            try DurableFile.replace(page, with: Data(DrillPage(seen).html.utf8))
            report(.result(TypedValue(seen, phrase: "the report of a drill")))
            report(.note("report: \(page)"))
            if !seen.isRight { throw DrillError.amiss(site: site.name, phrases: seen.amiss) }
        }
    }

    private func rehearse(
        _ order: DrillOrder,
        _ settings: DrillSettings,
        _ guest: SSHConnection,
        _ source: any ArrivalSource,
        _ recall: DrillRecall,
        through connector: some SMTPConnector,
        from vantage: String
    ) async throws -> DrillReport {
        let mail = try backupMX
        let run = String(
            (0..<DrillSettings.Address.digits).map { _ in Array("0123456789abcdef").randomElement() ?? "0" })
        let range = DrillSettings.range
        let count = min(max(order.messages ?? settings.messages, range.lowerBound), range.upperBound)
        let canaries = (1...count).map { Canary(run: run, number: $0, count: count) }
        let record = DrillRecord(canaries)
        let host = site.guest.hostname.description
        let recipient = settings.address.canary(of: run)
        try await DrillRun(
            site: site.name, host: host, primary: mail.primary, order: order, canaries: canaries, run: run,
            recipient: recipient, guest: guest, connector: connector, arrivals: source, recall: recall, record: record
        ).rehearse()
        var seen = DrillReport(
            site: site.name, host: host, run: run, recipient: recipient, started: record.started,
            way: order.failover == nil ? .hold : .failover, vantage: vantage, source: source.name,
            showsContent: source.showsContent, messages: [], strays: 0, mostQueued: 0, early: 0, samples: [], phases: []
        )
        record.fill(&seen)
        return seen
    }

    private func arrivalSource(_ arrivals: DrillSettings.Arrivals) throws -> any ArrivalSource {
        switch arrivals {
        case .mailbox(let command): return MailboxProgram(command: command)
        case .log(let log):
            let mail = try backupMX
            guard let access = mail.primary.ssh else { throw DrillError.notDescribed(file: inventory.file) }
            let shell = try access.shell(on: mail.primary, keys)
            return PrimaryLogReader(log: log, primary: mail.primary.name.description, shell: shell)
        }
    }

    /// Removes the hold of a crashed drill, and starts a primary that the drill has stopped. Does nothing else.
    ///
    /// - Parameter start: The command to use in place of the drill's start command.
    /// - Throws: ``DrillError``, ``SiteError/noGuest(site:)``, `ShellError`
    @discardableResult
    public func releaseDrill(startingBy start: String? = nil) async throws -> Summary {
        try await run("drill --release", recovers: false) { context in
            let (stateStore, report) = (context.stateStore, context.report)
            if let start { try stateStore.update { if $0.drill?.start != nil { $0.drill?.start = start } } }
            let recall = DrillRecall(site: site.name, stateStore: stateStore, report: report)
            if try await recall.startPrimary() { report(.note("started the primary")) }
            let held = try await withConnection(try await knownGuest(stateStore), endingWith: { await $0.close() }) {
                guest in
                try await recall.lift(through: guest)
            }
            if held.isEmpty { report(.note("no drill holds mail")) }
            tell(held, report)
        }
    }

    /// Reverts a crashed drill before a command runs. This costs one round trip, only if the state records a drill.
    ///
    /// If the guest cannot be reached, the command continues: `up` makes it reachable, and removes the hold as drift.
    func recallDeadDrill(_ stateStore: StateStore, _ report: @escaping EventHandler) async throws {
        guard let dead = stateStore.state.drill else { return }
        let recall = DrillRecall(site: site.name, stateStore: stateStore, report: report)
        if try await recall.startPrimary() {
            report(.note("started the primary, which drill \(dead.run) had stopped"))
        }
        guard let guest = try access(stateStore, report).openKnown() else { return }
        do {
            tell(
                try await withConnection(guest, endingWith: { await $0.close() }) {
                    try await recall.lift(through: $0)
                }, report)
        } catch let error as ShellError {
            report(.note("drill \(dead.run) may still hold mail to \(dead.address): \(ErrorDescription(error).what)"))
        }
    }

    private func tell(_ held: [String], _ report: EventHandler) {
        guard !held.isEmpty else { return }
        report(.changed(step: "drill", held.map { Change("mail to \($0)", from: "held", to: "released") }, took: .zero))
    }
}
