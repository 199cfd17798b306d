/// Sites that are worked on at once, each by itself: what befalls one does not touch the others.
public struct Fleet<Site: Sendable>: Sendable {
    public var sites: [Site]
    /// How many are worked on at once; at least one is.
    public var parallel: Int

    public init(_ sites: [Site], parallel: Int) {
        self.sites = sites
        self.parallel = parallel
    }

    /// What came of one site.
    public struct Outcome<Value: Sendable>: Sendable {
        public var result: Result<Value, any Error>
        /// Nil where it was not begun any more.
        public var took: Duration?
    }

    /// Does something at each site.
    ///
    /// Cancelled, it begins with no further site, and waits until those at work have come to where they can stop.
    ///
    /// - Parameters:
    ///   - body: is called once for each site, at most ``parallel`` at once, in the sites' order.
    ///   - note: is told of each site's outcome as soon as there is one.
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
