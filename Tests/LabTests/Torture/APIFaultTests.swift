import Testing

@testable import Resources

extension `Fault injection` {
    @Suite(.serialized) struct `API faults` {
        private static let sites = Torture.sites(0...3)

        @Test(arguments: [["up"], ["teardown", "--yes", "--now"]])
        func `a run succeeds or reports what is wrong and what to do`(_ command: [String]) async throws {
            var tally = Lanes<APIFaultMatrix.Fault>.Tally()
            for isFirewalled in Torture.isWhole ? [false, true] : [false] {
                let faults = try Self.faults(of: command, isFirewalled: isFirewalled).filter {
                    !$0.isForAll && $0.isOfFirewall == isFirewalled && (Torture.isWhole || Self.isSample($0))
                }
                tally += try await Lanes(faults).run(
                    on: Self.sites, isFirewalled ? .lean : .one, isFirewalled: isFirewalled
                ) {
                    try APIFaultMatrix.torment($0, with: $1)
                }
            }
            #expect(tally.done > 0)
            tally.tell(of: "fault matrix of \(command[0])")
        }

        /// Returns the faults of all calls of a successful run.
        static func faults(of command: [String], isFirewalled: Bool) throws -> [APIFaultMatrix.Fault] {
            let site = try TortureSite(
                sites[0], steps: isFirewalled ? .lean : .one, isFirewalled: isFirewalled)
            if try site.isThere() { try site.startAfresh() }
            if command[0] != "up" { try site.succeed(["up", site.name]) }
            let (outcome, log) = try site.run([command[0], site.name] + command.dropFirst())
            try #require(outcome.status == 0, "\(outcome.output)")
            return APIFaultMatrix.faults(of: command, in: log, guest: site.id)
        }

        private static func isSample(_ fault: APIFaultMatrix.Fault) -> Bool {
            let calls = [
                "POST /nodes/pve2/lxc/101/clone": ["dropped"], "DELETE /nodes/pve2/lxc/150": ["timed-out"],
            ]
            return calls["\(fault.method) \(fault.path)"]?.contains(fault.kind) ?? false
        }
    }
}
