import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The contracts of resources` {
    @Test func `cover each kind that a playbook can name`() {
        let kept = Set(ResourceContract.all.map { $0.kind.kind })
        #expect(kept == Set(StepKinds.backupMX.resources.map { $0.kind }))
    }

    @Test(arguments: ResourceContract.all)
    func `include absence and drift`(_ contract: ResourceContract) {
        #expect(!contract.missing.isEmpty && !contract.drifts.isEmpty)
    }
}

/// The releases run one after the other, because both guests have the same name.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads) struct `In a real guest` {
    @Suite(.serialized, .timeLimit(.minutes(30)), .resourceGuest(.debian12)) struct `on Debian 12 a resource` {
        @Test(arguments: ResourceContract.contracts(of: .debian12))
        func `is reported as absent, created, unchanged, and repaired`(_ contract: ResourceContract) async throws {
            try await contract.keep()
        }

        /// A run may die between a repair and its verification. Then the same repair is repeated.
        @Test(arguments: ResourceContract.contracts(of: .debian12))
        func `can be repaired twice`(_ contract: ResourceContract) async throws { try await contract.mendTwice() }

        @Test func `is read without side effects`() async throws { try await ResourceContract.askAll(of: .debian12) }
    }

    @Suite(.serialized, .timeLimit(.minutes(30)), .resourceGuest(.debian13)) struct `on Debian 13 a resource` {
        @Test(arguments: ResourceContract.contracts(of: .debian13))
        func `is reported as absent, created, unchanged, and repaired`(_ contract: ResourceContract) async throws {
            try await contract.keep()
        }

        @Test func `is read without side effects`() async throws { try await ResourceContract.askAll(of: .debian13) }
    }
}

extension ResourceContract {
    fileprivate func keep() async throws {
        let guest = try #require(ResourceGuest.current)
        let step = try step()
        try await guest.byHand(absence)
        let first = try await guest.mend(step)
        #expect(first == missing)

        let made = try await guest.byHand(managed)
        let second = try await guest.mend(step)
        #expect(second == [])
        #expect(try await guest.byHand(managed) == made, "left alone")

        for drift in drifts {
            try await guest.byHand(drift.byHand)
            let mended = try await guest.mend(step)
            #expect(mended == drift.changes)
        }
    }

    fileprivate func mendTwice() async throws {
        let guest = try #require(ResourceGuest.current)
        let step = try step()
        try await guest.byHand(absence)
        guard case .drifted(_, let repair, _, _) = try await guest.survey([step])[0] else {
            Issue.record("nothing was absent")
            return
        }
        try await guest.byHand(repair, of: step)
        try await guest.byHand(repair, of: step)
        if let proven = step.resource as? any ConfirmedByNewLogin {
            let timers: Script = "systemctl list-timers --all --no-legend 'mxprovision-*-undo.timer'"
            #expect(try await guest.byHand(timers) != "", "what is not confirmed undoes itself")
            try await guest.byHand(proven.confirm)
            try await guest.byHand(repair, of: step)
            #expect(try await guest.byHand(timers) == "", "a change that blocks no host needs no rollback")
        }
        #expect(try await guest.survey([step]) == [.converged])
    }

    fileprivate static func askAll(of release: Release) async throws {
        let guest = try #require(ResourceGuest.current)
        let steps = try contracts(of: release).map { try $0.step() }
        // A survey's temporary folder is in /tmp and is removed after it.
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
