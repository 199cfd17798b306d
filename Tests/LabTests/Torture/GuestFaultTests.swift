import Testing

extension `Fault injection` {
    @Suite struct `faults in the guest and in the connection to it` {
        @Test func `a run succeeds or reports what is wrong and what to do`() async throws {
            let sites = Torture.sites(4...5)
            let site = try TortureSite(sites[0])
            if try site.isThere() { try site.startAfresh() }
            try site.drift()
            let (outcome, log) = try site.run(["up", site.name])
            try #require(outcome.status == 0, "\(outcome.output)")
            let faults = Torture.isWhole ? GuestFault.all : GuestFault.all.filter(\.isSample)
            let cases = faults.flatMap { fault in
                let cases = fault.cases(in: log)
                return Torture.isWhole ? cases[...] : cases.suffix(1)
            }
            let tally = try await Lanes(cases).run(on: sites, .lean) { try $0.repair(during: $1) }
            tally.tell(of: "fault matrix of the guest")
        }
    }
}
