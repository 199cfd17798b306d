import Foundation

/// Cuts one command off at each of its points in turn, and repeats the same command.
struct KillMatrix: Sendable {
    var name: String
    /// How it is cut off.
    var cut = Cut.kill
    /// Whether the state is deleted before the command is repeated.
    var forgets = false
    /// Brings a site to where the command has something to do.
    var prepare: @Sendable (TortureSite) throws -> Situation
    /// Some of the points, which other tests have time for.
    var sample: [PointWatch.Point]

    enum Cut: Sendable {
        case kill, interrupt, terminate

        func blow(at point: PointWatch.Point) -> PointWatch.Blow {
            switch self {
            case .kill: .kill(at: point)
            case .interrupt: .interrupt(at: point)
            case .terminate: .terminate(at: point)
            }
        }
    }

    /// What is to be cut off, and what has to hold when it was repeated.
    struct Situation {
        var command: [String]
        var isDone: () throws -> Void
    }

    /// Cuts the command off at every point there is, or at those of the sample, on as many sites at once as there are numbers.
    func run(on sites: [Int]) async throws -> Lanes<PointWatch.Point>.Tally {
        try await Lanes(Torture.points(of: sample)).run(on: sites, .lean) { try torment($0, at: $1) }
    }

    /// - Returns: where the run was cut off; nil if it has fewer points.
    private func torment(_ site: TortureSite, at point: PointWatch.Point) throws -> String? {
        let situation = try prepare(site)
        let (outcome, log) = try site.run(situation.command, cut.blow(at: point))
        let points = log.points
        let index = points.indices.first { index in
            switch point {
            case .number(let number): index + 1 == number
            case .named: points[index].description == point.text(guest: site.id)
            }
        }
        guard let index else {
            try Shortfall.unless(outcome.status == 0, "without a blow: \(outcome.output)")
            if case .named = point { throw Shortfall("it does not come to \(point.text(guest: site.id))") }
            return nil
        }
        let place = points[index].description
        do {
            try isCutOff(outcome, of: site)
            if forgets { try FileManager.default.removeItem(atPath: site.stateFolder) }
            try site.repeat(situation.command)
            try situation.isDone()
        } catch { throw Shortfall("cut off at \(place): \(error)") }
        return place
    }

    /// Killed; or ended by itself, with what it has done in its journal. One that had nothing left to stop is done.
    private func isCutOff(_ outcome: Lab.Outcome, of site: TortureSite) throws {
        guard cut != .kill else { return try Shortfall.unless(outcome.isKilled, "it was not: \(outcome.output)") }
        try Shortfall.unless([0, 130].contains(outcome.status), "ends with \(outcome.status): \(outcome.output)")
        let journal = try String(contentsOfFile: site.stateFolder + "/journal.jsonl", encoding: .utf8)
        let last = journal.split(separator: "\n").last ?? ""
        try Shortfall.unless(
            outcome.status == 0 || last.contains("\"cancelled\""), "the journal does not know of it: \(last)")
    }
}
