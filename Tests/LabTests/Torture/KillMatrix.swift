import Foundation

@testable import Engine

/// Interrupts one command at each of its points in turn, and repeats the same command.
struct KillMatrix: Sendable {
    var name: String
    /// How the command is interrupted.
    var cut = Cut.kill
    /// Whether the state is deleted before the command is repeated.
    var forgets = false
    /// Prepares a site so that the command has something to do.
    var prepare: @Sendable (TortureSite) throws -> Situation
    /// The points that the regular tests use.
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

    /// The command to interrupt, and the check after its repetition.
    struct Situation {
        var command: [String]
        var isDone: () throws -> Void
    }

    /// Interrupts the command at every point, or at those of the sample. Uses as many sites in parallel as there are
    /// numbers.
    func run(on sites: [Int]) async throws -> Lanes<PointWatch.Point>.Tally {
        try await Lanes(Torture.points(of: sample)).run(on: sites, .lean) { try torment($0, at: $1) }
    }

    /// Interrupts the command at one point and repeats it.
    ///
    /// - Returns: The point of the interruption, or nil if the run has fewer points.
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
            if case .named = point {
                throw Shortfall("it does not reach \(point.text(guest: site.id)): \(outcome.output)")
            }
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

    /// Checks that the run was killed, or that it ended by itself and its journal contains what it did. A run with
    /// nothing left to stop ends normally.
    private func isCutOff(_ outcome: Lab.Outcome, of site: TortureSite) throws {
        guard cut != .kill else { return try Shortfall.unless(outcome.isKilled, "it was not: \(outcome.output)") }
        try Shortfall.unless([0, 130].contains(outcome.status), "ends with \(outcome.status): \(outcome.output)")
        let journal = try String(contentsOfFile: site.stateFolder + "/journal.jsonl", encoding: .utf8)
        let last = journal.split(separator: "\n").last ?? ""
        try Shortfall.unless(
            outcome.status == 0 || last.contains("\"cancelled\""), "the journal does not know of it: \(last)")
    }
}
