import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite struct `A verified site` {
    private func report(_ verdict: VerifiedCheck.Verdict) async throws -> VerifyReport {
        var report = VerifyReport()
        try await report.add(.smtp) { [VerifiedCheck(name: "banner", verdict: verdict, evidence: "220 mx")] }
        return report
    }

    @Test func `passes if nothing fails and everything was checked`() async throws {
        #expect(try await report(.pass).isRight)
        #expect(try await report(.warn).isRight)
        #expect(try await !report(.fail).isRight)
        #expect(try await !report(.unchecked).isRight)
    }

    @Test func `fails if one area cannot be checked, and the next area is still checked`()
        async throws
    {
        var report = VerifyReport()
        try await report.add(.dns) { throw SiteError.noGuest(site: "secondary") }
        try await report.add(.queue) { [] }
        #expect(!report.isRight && report.areas.map(\.name) == [.dns, .queue])
        #expect(
            report.areas[0].problem
                == "secondary has no guest\n→ Run `mxprovision up secondary` to create it.")
    }

    @Test func `stops when the user interrupts`() async {
        var report = VerifyReport()
        await #expect(throws: CancellationError.self) { try await report.add(.dns) { throw CancellationError() } }
    }

    @Test func `shows each server, record and pointer that differs`() {
        var wrong = ServerReport(server: "ns1", role: .authoritative)
        wrong.changes = [Change("example.net MX", from: nil, to: "20 mx1")]
        wrong.doubts = ["mx1 is an alias"]
        var silent = ServerReport(server: "ns2", role: .resolver)
        silent.problem = "no answer"
        let well = PointerReport(address: "192.0.2.1", host: "mx1", found: ["mx1"], forward: ["192.0.2.1"])
        let report = ZoneReport(
            site: "one", servers: [wrong, silent, ServerReport(server: "ns3", role: .authoritative)],
            pointers: [
                well, PointerReport(address: "192.0.2.2", host: "mx1", found: ["mx1"], forward: ["192.0.2.1"]),
                PointerReport(address: "192.0.2.3", host: "mx1", found: ["mx1"]),
                PointerReport(address: "192.0.2.4", host: "mx1", found: [], forward: ["192.0.2.4"]),
                PointerReport(address: "192.0.2.5", host: "mx1", found: ["dyn.provider"], forward: ["192.0.2.5"]),
            ])
        #expect(
            report.checks == [
                VerifiedCheck(name: "example.net MX at ns1", verdict: .fail, evidence: "missing, expected 20 mx1"),
                VerifiedCheck(name: "records at ns1", verdict: .warn, evidence: "mx1 is an alias"),
                VerifiedCheck(name: "records at the resolver ns2", verdict: .fail, evidence: "no answer"),
                VerifiedCheck(name: "records at ns3", verdict: .pass, evidence: "same as in the inventory"),
                VerifiedCheck(name: "PTR of 192.0.2.1", verdict: .pass, evidence: "mx1, which resolves to 192.0.2.1"),
                VerifiedCheck(name: "PTR of 192.0.2.2", verdict: .fail, evidence: "mx1, which resolves to 192.0.2.1"),
                VerifiedCheck(name: "PTR of 192.0.2.3", verdict: .fail, evidence: "mx1, which has no address"),
                VerifiedCheck(name: "PTR of 192.0.2.4", verdict: .fail, evidence: "missing"),
                VerifiedCheck(
                    name: "PTR of 192.0.2.5", verdict: .fail, evidence: "dyn.provider, which resolves to 192.0.2.5"),
            ])
    }
}
