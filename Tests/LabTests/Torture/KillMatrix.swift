/// One command, killed at each of its points in turn, and what comes of one more run.
struct KillMatrix: Sendable {
    var name: String
    /// Brings a site to where the command has something to do.
    var prepare: @Sendable (TortureSite) throws -> Situation
    /// Some of the points, which other tests have time for.
    var sample: [Int]

    /// What is to be killed, and what is to hold after the next run.
    struct Situation {
        var command: [String]
        /// The next run, of which nobody knows where the last one has died.
        var next: () throws -> [String]
        /// The ids of the mail that is in the queue.
        var messages: [String] = []
    }

    struct Point: Sendable, CustomStringConvertible {
        var number: Int
        var description: String { "point \(number)" }
    }

    /// Kills at every point there is, or at those of the sample, on as many sites at once as there are numbers.
    func run(on sites: [Int]) async throws -> Lanes<Point>.Tally {
        try await Lanes(Torture.points(of: sample).map(Point.init)).run(on: sites, .lean) { try torment($0, at: $1) }
    }

    /// - Returns: where the run was killed; nil where it has fewer points.
    private func torment(_ site: TortureSite, at point: Point) throws -> String? {
        let situation = try prepare(site)
        let (outcome, log) = try site.run(situation.command, .kill(at: point.number))
        guard outcome.isKilled else {
            try Shortfall.unless(outcome.status == 0, "without a kill: \(outcome.output)")
            return nil
        }
        let place = log.points.last?.description ?? ""
        do {
            try site.succeed(try situation.next())
            try site.isWhole(holding: situation.messages)
        } catch { throw Shortfall("killed at \(place): \(error)") }
        return place
    }
}
