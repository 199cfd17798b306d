import Foundation
import Provisioning

extension Sites {
    /// Does something at each site: as it comes where there is one, at once where there are several.
    ///
    /// - Throws: where there is one site, what its work throws or ends with; else `SitesEnded`.
    func work(
        parallel: Int,
        _ body: @escaping @Sendable (Provisioner) async throws -> SiteResult
    ) async throws {
        guard chosen.count > 1 else { return try await workAlone(body) }
        let view = FleetView(chosen.map(\.name), options)
        // Here, one after the other: a program that is asked for a secret may ask for a pass phrase.
        let opened = chosen.indices.map { index in
            Result<Provisioner, any Error> { try open(index, report: view.report(index)) }
        }
        view.start()
        let fleet = Fleet(Array(opened.indices), parallel: parallel)
        let outcomes = try await interruptible(announce: { view.stop() }) {
            await fleet.each { index in
                view.begin(index)
                return try await body(try opened[index].get())
            } note: { index, outcome in
                if case .success = opened[index] { nodes.leave(chosen[index]) }
                view.end(index, outcome)
            }
        }
        view.finish(outcomes)
        if let worst = outcomes.compactMap(ExitStatus.init).max() { throw SitesEnded(status: worst) }
    }

    /// Looks at each site, and tells what was seen of it.
    func judge<Subject>(
        _ event: String,
        parallel: Int,
        _ look: @escaping @Sendable (Provisioner) async throws -> CheckReport<Subject>
    ) async throws {
        try await work(parallel: parallel) { [options] site in
            let report = try await look(site)
            let text = CheckText(report, site.name, isVerbose: options.verbose)
            return SiteResult(
                words: text.counts,
                category: report.isRight ? "as they must be" : "not as they must be",
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
            if let record = result.record { Console.print(try JSONLine.encode(record)) }
        } else if let text = result.text {
            Console.print(text.printable)
        }
        if let ending = result.ending { throw ending }
    }
}

extension ExitStatus {
    /// Nil where the site is done.
    init?(_ outcome: Fleet<Int>.Outcome<SiteResult>) {
        switch outcome.result {
        case .success(let result):
            guard let ending = result.ending else { return nil }
            self.init(of: ending)
        case .failure(let error): self.init(of: error)
        }
    }
}
