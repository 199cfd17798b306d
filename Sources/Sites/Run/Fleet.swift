import ConfigurationFiles
import Engine

/// Sites that are processed in parallel and independently: a failure at one does not affect the others.
public struct Fleet<Site: Sendable>: Sendable {
    public var sites: [Site]
    /// Number of sites that are processed at once; at least 1.
    public var parallel: Int

    public init(_ sites: [Site], parallel: Int) {
        self.sites = sites
        self.parallel = parallel
    }

    /// The result for one site.
    public struct Outcome<Value: Sendable>: Sendable {
        public var result: Result<Value, any Error>
        /// Duration; nil if the site was not started.
        public var took: Duration?
    }

    /// Runs the body for each site.
    ///
    /// If the task is cancelled, no further site is started. Returns after the running ones have stopped at a safe
    /// point.
    ///
    /// - Parameters:
    ///   - body: is called once for each site, at most ``parallel`` at once, in the sites' order.
    ///   - note: is called with each site's outcome as soon as it is known.
    /// - Returns: the outcomes, in the sites' order.
    public func each<Value: Sendable>(
        _ body: @escaping @Sendable (Site) async throws -> Value,
        note: (Int, Outcome<Value>) -> Void = { _, _ in }
    ) async -> [Outcome<Value>] {
        var outcomes = sites.map { _ in Outcome<Value>(result: .failure(CancellationError()), took: nil) }
        await withTaskGroup(of: (Int, Outcome<Value>).self) { group in
            var rest = sites.indices.makeIterator()
            func begin() {
                guard !Task.isCancelled, let index = rest.next() else { return }
                let site = sites[index]
                group.addTask { (index, await Self.outcome(of: { try await body(site) })) }
            }
            for _ in 0..<max(1, parallel) { begin() }
            for await (index, outcome) in group {
                outcomes[index] = outcome
                note(index, outcome)
                begin()
            }
        }
        return outcomes
    }

    private static func outcome<Value>(of body: () async throws -> Value) async -> Outcome<Value> {
        let start = ContinuousClock.now
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        return Outcome(result: result, took: ContinuousClock.now - start)
    }
}
