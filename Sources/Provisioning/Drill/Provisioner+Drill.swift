import Foundation
import MailChecks
import RemoteShell

extension Provisioner {
    /// Rehearses the failover: canaries are held back, sent from outside, seen in the queue, let go, and accounted for.
    /// No other mail is held, unless the primary itself is stopped by a command of the order.
    ///
    /// - Parameters:
    ///   - order: what the inventory leaves open.
    ///   - vantage: the site from whose host the canaries are sent; nil for this machine.
    /// - Throws: ``DrillError/amiss(site:phrases:)`` where a canary has not arrived once, as it was sent; the report was
    ///   given before. Else what kept it from being made, as ``up(importing:)``.
    @discardableResult
    public func drill(_ order: DrillOrder = DrillOrder(), from vantage: Provisioner? = nil) async throws -> Summary {
        try await run("drill") { ledger, lease, report in
            guard let settings = inventory.drill else { throw DrillError.notDescribed(file: inventory.file) }
            let address = try await addressForSenders(ledger)
            // Another machine's `up` would take the hold for drift, and end it.
            if let found = try await provision(ledger, report).find() { _ = try await lease.take(found) }
            let source = try arrivalSource(settings.arrivals)
            let seen = try await lend(source, endingWith: { await $0.close() }) { source in
                try await lend(try await knownGuest(ledger), endingWith: { await $0.close() }) { guest in
                    // A hold that no state tells of.
                    let recall = DrillRecall(site: site.name, ledger: ledger, report: report)
                    tell(try await recall.lift(through: guest), report)
                    guard let vantage else {
                        return try await rehearse(
                            order, settings, guest, source, recall, through: TCPConnector(address: address),
                            from: "this machine")
                    }
                    return try await vantage.reading { vantage, state in
                        try await lend(try await vantage.hostShell(state), endingWith: { await $0.close() }) { shell in
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
            report(.drilled(seen))
            report(.note("the report is \(page)"))
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
        let run = String(
            (0..<DrillSettings.Address.digits).map { _ in Array("0123456789abcdef").randomElement() ?? "0" })
        let range = DrillSettings.range
        let count = min(max(order.messages ?? settings.messages, range.lowerBound), range.upperBound)
        let canaries = (1...count).map { Canary(run: run, number: $0, count: count) }
        let record = DrillRecord(canaries)
        let host = site.guest.hostname.description
        let recipient = settings.address.canary(of: run)
        try await DrillRun(
            site: site.name, host: host, primary: inventory.primary, order: order, canaries: canaries, run: run,
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
            guard let access = inventory.primary.ssh else { throw DrillError.notDescribed(file: inventory.file) }
            let shell = try access.shell(on: inventory.primary, keys)
            return PrimaryLogReader(log: log, primary: inventory.primary.name.description, shell: shell)
        }
    }

    /// Undoes the hold of a drill that died, and starts a primary that it has stopped. Nothing else is done.
    ///
    /// - Parameter start: the command to use instead of the one that the drill was given.
    /// - Throws: ``DrillError``, ``VerifyError/noGuest(site:)``, `ShellError`
    @discardableResult
    public func releaseDrill(startingBy start: String? = nil) async throws -> Summary {
        try await run("drill --release", recalling: false) { ledger, _, report in
            if let start { try ledger.update { if $0.drill?.start != nil { $0.drill?.start = start } } }
            let recall = DrillRecall(site: site.name, ledger: ledger, report: report)
            if try await recall.startPrimary() { report(.note("the primary is started")) }
            let held = try await lend(try await knownGuest(ledger), endingWith: { await $0.close() }) { guest in
                try await recall.lift(through: guest)
            }
            if held.isEmpty { report(.note("no drill holds anything")) }
            tell(held, report)
        }
    }

    /// What a drill that died has left, before a command goes on. One trip more, and only then.
    ///
    /// Where the guest cannot be reached, the command goes on: `up` makes it reachable, and takes the hold for a drift.
    func recallDeadDrill(_ ledger: Ledger, _ report: @escaping Report) async throws {
        guard let dead = ledger.state.drill else { return }
        let recall = DrillRecall(site: site.name, ledger: ledger, report: report)
        if try await recall.startPrimary() {
            report(.note("the primary is started, which drill \(dead.run) has stopped"))
        }
        guard let guest = try access(ledger, report).openKnown() else { return }
        do {
            tell(
                try await lend(guest, endingWith: { await $0.close() }) { try await recall.lift(through: $0) }, report)
        } catch let error as ShellError {
            report(.note("drill \(dead.run) may still hold mail to \(dead.address): \(Complaint(error).what)"))
        }
    }

    private func tell(_ held: [String], _ report: Report) {
        guard !held.isEmpty else { return }
        report(.changed(step: "drill", held.map { Change("mail to \($0)", from: "held", to: "let go") }, took: .zero))
    }
}
