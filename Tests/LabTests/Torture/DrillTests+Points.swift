import Foundation
import Testing

extension `A backup MX in the lab`.`in a drill` {
    /// Kills drills at each point, as the other commands' matrices do (``KillMatrix``). Here the primary is available,
    /// and the messages of a killed run are delivered once.
    func killedAtEachPoint() throws {
        let watch = try PointWatch(in: lab)
        let before = Set(try arrived())
        var (done, survived) = (0, 0)
        for point in Torture.points(of: [14, 30]) {
            let log = "\(lab.folder)/drill-points-\(UUID().uuidString).log"
            let outcome = try lab.mxprovision(
                ["drill", "drilled", "--messages", "2", "--hold", "0"],
                with: watch.variables(log: log, .kill(at: point), below: lab.folder))
            let boundaries = try PointLog(file: log)
            guard outcome.isKilled else {
                #expect(outcome.status == 0, "without a kill: \(outcome.output)")
                break
            }
            done += 1
            let place = "\(point): \(boundaries.points.last?.description ?? "")"
            do {
                let losses = boundaries.losses(atEnd: false)
                try Shortfall.unless(losses.isEmpty, losses.joined(separator: "; "))
                try isReleased(not: before)
                survived += 1
                Torture.tell("  ✓ \(place)")
            } catch {
                Issue.record("killed at \(place): \(error)")
                Torture.tell("  ✗ \(place): \(error)")
            }
        }
        #expect(done > 0 || Torture.isSelective)
        Torture.tell("kill matrix of drill: \(survived)/\(done) survived\(Torture.suffix)")
    }

    private func isReleased(not before: Set<Substring>) throws {
        let queued = try byHand("postqueue -j").output.matches(of: /mxprovision-drill-([0-9a-f]{8})@/).map { $0.1 }
        let release = try lab.mxprovision("drill", "drilled", "--release")
        try Shortfall.unless(release.status == 0, "release: \(release.output)")
        let plan = try lab.mxprovision("plan", "drilled")
        try Shortfall.unless(plan.status == 0, "something is left to do: \(plan.output)")
        let isEmpty = try lab.eventually { try byHand("postqueue -f; postqueue -j").output.isEmpty }
        try Shortfall.unless(isEmpty, "the queue does not become empty")
        let arrived = try arrived().filter { !before.contains($0) }
        try Shortfall.unless(Set(arrived).count == arrived.count, "some have come twice: \(arrived)")
        let own = arrived.count { queued.contains($0.prefix(8)) }
        try Shortfall.unless(own >= queued.count, "\(queued.count) were queued and \(own) have arrived")
    }

    /// Returns the drill messages that the primary has received, each by its run and number.
    private func arrived() throws -> [Substring] {
        try lab.pvelab("primary", "mail", "you").output
            .matches(of: /\nX-Mxprovision-Drill: ([0-9a-f]{8}\S* \S+)/).map { $0.1 }
    }
}
