import RemoteShell
import Testing

@testable import Provisioning

@Suite struct `The contracts of resources` {
    @Test func `are kept by every kind that a playbook can name`() {
        let kept = Set(ResourceContract.all.map { $0.kind.kind })
        #expect(kept == Set(Catalogue.kinds.map { $0.kind }))
    }

    @Test(arguments: ResourceContract.all)
    func `tell of an absence and of a drift`(_ contract: ResourceContract) {
        #expect(!contract.missing.isEmpty && !contract.drifts.isEmpty)
    }
}

@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(5)), .resourceGuest)
struct `In a real guest a resource` {
    @Test(arguments: ResourceContract.all)
    func `is found absent, made, left alone, and repaired`(_ contract: ResourceContract) async throws {
        let guest = try #require(ResourceGuest.current)
        let step = try contract.step()
        try await guest.byHand(contract.absence)
        #expect(try await guest.mend(step) == contract.missing)

        let made = try await guest.byHand(contract.managed)
        #expect(try await guest.mend(step) == [])
        #expect(try await guest.byHand(contract.managed) == made, "left alone")

        for drift in contract.drifts {
            try await guest.byHand(drift.byHand)
            let mended = try await guest.mend(step)
            #expect(mended == drift.changes)
        }
    }

    /// A run may die behind a remedy and before its proof: then the same remedy comes again.
    @Test(arguments: ResourceContract.all)
    func `may be mended twice`(_ contract: ResourceContract) async throws {
        let guest = try #require(ResourceGuest.current)
        let step = try contract.step()
        try await guest.byHand(contract.absence)
        guard case .drifted(_, let remedy, _, _) = try await guest.survey([step])[0] else {
            Issue.record("nothing was absent")
            return
        }
        try await guest.byHand(remedy)
        try await guest.byHand(remedy)
        if let proven = step.resource as? any ProvenByNewLogin {
            let timers: Script = "systemctl list-timers --all --no-legend 'mxprovision-*-undo.timer'"
            #expect(try await guest.byHand(timers) != "", "what is not confirmed undoes itself")
            try await guest.byHand(proven.confirm)
            try await guest.byHand(remedy)
            #expect(try await guest.byHand(timers) == "", "what shuts out nobody needs no undoing")
        }
        #expect(try await guest.survey([step]) == [.converged])
    }

    @Test func `is asked without a trace`() async throws {
        let guest = try #require(ResourceGuest.current)
        let steps = try ResourceContract.all.map { try $0.step() }
        // A survey's own folder is in /tmp, and gone when the survey is.
        let changed: Script = """
            find / -xdev -newer /srv/before ! -path '/proc/*' ! -path '/sys/*' ! -path '/run/*' ! -path '/dev/*' \
                ! -path '/var/log/*' ! -path '/var/lib/systemd/*' ! -path '/tmp' ! -path '/tmp/tmp.*' ! -path /srv/before
            """
        try await guest.byHand("touch /srv/before")
        _ = try await guest.survey(steps)
        let traces = try await guest.byHand(changed)
        #expect(traces == "")
    }
}
