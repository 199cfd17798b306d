import ArgumentParser
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites
@testable import mxprovision

@Suite struct `DNS on the console` {
    private func outcome(_ changes: [Change], wait: Int64? = nil) -> DNSOutcome {
        DNSOutcome(site: "one", event: wait == nil ? "published" : "withdrawn", changes: changes, wait: wait)
    }

    @Test func `shows that there is nothing to change`() {
        #expect(outcome([]).text == "one: nothing to change in the DNS")
    }

    @Test func `shows how long senders may still use a removed record`() {
        let change = Change("example.net MX", from: "20 mx1.example.net. (300 s)", to: nil)
        #expect(
            outcome([change], wait: 300).text == """
                one: withdrawn
                      example.net MX: 20 mx1.example.net. (300 s) → (removed)
                  … senders may still use it for 300 s
                """)
    }

    @Test func `accepts one action at a time`() throws {
        let command = try DNSCommand.parse(["one", "--check", "--format", "octodns"])
        #expect(command.action == .check)
        #expect(command.format == .octodns)
        #expect(try DNSCommand.parse(["one"]).action == nil)
        do {
            _ = try DNSCommand.parse(["one", "--check", "--apply"])
            Issue.record("two actions were taken")
        } catch { #expect(DNSCommand.exitCode(for: error).rawValue == 64) }
    }

    private var report: ZoneReport {
        var lagging = ServerReport(server: "ns2.example.net", role: .authoritative)
        lagging.changes = [Change("example.net MX", from: nil, to: "20 mx1.example.net. (300 s)")]
        lagging.doubts = ["example.net has several SPF records"]
        var away = ServerReport(server: "192.0.2.9", role: .resolver)
        away.problem = "the name server 192.0.2.9 does not answer: timed out"
        let pointer = PointerReport(
            address: "203.0.113.25", host: "mx1.example.net", found: ["a.example", "b.example"])
        return ZoneReport(
            site: "one", servers: [ServerReport(server: "ns1.example.net", role: .authoritative), lagging, away],
            pointers: [pointer])
    }

    @Test func `shows differences for each server`() {
        #expect(
            DNSText.report(report) == """
                  = ns1.example.net
                  ~ ns2.example.net differs
                      example.net MX: 20 mx1.example.net. (300 s)
                      ! example.net has several SPF records
                  ! the resolver 192.0.2.9 could not be queried: the name server 192.0.2.9 does not answer: timed out
                  ~ PTR of 203.0.113.25: a.example, b.example; expected only mx1.example.net; only the provider of the address can set it
                """)
    }

    @Test func `shows the same in one line of a status`() {
        #expect(
            DNSText.summary(report)
                == "ns2.example.net differs, 192.0.2.9 does not answer, the PTR of 203.0.113.25 is not the guest's; "
                + "`mxprovision dns one --check` shows details")
        let right = ZoneReport(
            site: "one", servers: [ServerReport(server: "ns1.example.net", role: .authoritative)], pointers: [])
        #expect(DNSText.summary(right) == "up to date on all servers")
    }
}
