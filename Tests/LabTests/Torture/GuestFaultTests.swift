import Testing

extension `Tormented` {
    @Suite struct `by faults in the guest and on the way to it, a run` {
        @Test func `succeeds, or says what is wrong and what is to be done`() async throws {
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
