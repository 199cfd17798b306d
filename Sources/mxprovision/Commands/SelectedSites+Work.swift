import Alerts
import BackupMX
import Engine
import Foundation
import Guests
import Sites

extension SelectedSites {
    /// Runs the body at each site. Prints the events of a single site as they happen; runs several sites in parallel.
    ///
    /// - Throws: The error of the body or its `ending` if there is one site, else `SitesEnded`.
    func work(
        parallel: Int,
        _ body: @escaping @Sendable (Provisioner) async throws -> SiteResult
    ) async throws {
        guard chosen.count > 1 else {
            return try await SiteFailure.naming(chosen[0].name) { try await workAlone(body) }
        }
        let view = FleetView(chosen.map(\.name), options)
        // Sites are opened here, one after the other, because a secret's program may ask for a passphrase.
        let opened = chosen.indices.map { index in
            Result<Provisioner, any Error> {
                try open(index, onProgress: view.onProgress(index), report: view.report(index))
            }
        }
        view.start()
        let fleet = Fleet(Array(opened.indices), parallel: parallel)
        let outcomes = try await interruptible(announce: { view.stop() }, showsProgress: false) {
            await fleet.each { index in
                view.begin(index)
                return try await body(try opened[index].get())
            } note: { index, outcome in
                if case .success = opened[index] { nodes.leave(chosen[index].proxmox) }
                view.end(index, outcome)
            }
        }
        view.finish(outcomes)
        if let worst = outcomes.compactMap(ExitStatus.init).max() { throw SitesEnded(status: worst) }
    }

    /// Checks each site and prints the report.
    func evaluate<Subject>(
        _ event: String,
        parallel: Int,
        _ look: @escaping @Sendable (Provisioner) async throws -> CheckReport<Subject>
    ) async throws {
        try await work(parallel: parallel) { [options] site in
            let report = try await look(site)
            let text = CheckText(report, site.name, isVerbose: options.verbose)
            return SiteResult(
                words: text.counts,
                category: report.isRight ? "without problems" : "with problems",
                ending: report.isRight ? nil : ChecksFailed(),
                text: text.text,
                record: Record(event, of: site.name, report),
                isRemarkable: !report.isRight || text.hasWarnings
            )
        }
    }

    private func workAlone(_ body: @escaping @Sendable (Provisioner) async throws -> SiteResult) async throws {
        let site = try open(0, report: options.report(for: chosen[0].name))
        let result = try await interruptible { try await body(site) }
        if options.json {
            if let record = result.record { Console.print(unescaped: try JSONLine.encode(record)) }
        } else if let text = result.text {
            Console.print(text)
        }
        if let ending = result.ending { throw ending }
    }
}

extension ExitStatus {
    /// Creates the exit status of a site, or nil if the site is done.
    init?(_ outcome: Fleet<Int>.Outcome<SiteResult>) {
        switch outcome.result {
        case .success(let result):
            guard let ending = result.ending else { return nil }
            self.init(of: ending)
        case .failure(let error): self.init(of: error)
        }
    }
}
