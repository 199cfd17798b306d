import ArgumentParser
import Provisioning
import Testing

@testable import mxprovision

@Suite struct `The DNS on the console` {
    private func outcome(_ changes: [Change], wait: Int64? = nil) -> DNSOutcome {
        DNSOutcome(site: "one", event: wait == nil ? "published" : "withdrawn", changes: changes, wait: wait)
    }

    @Test func `says that nothing was to be done`() {
        #expect(outcome([]).text == "one: nothing to change in the DNS")
    }

    @Test func `says for how long what is gone is still gone by`() {
        let change = Change("example.net MX", from: "20 mx1.example.net. (300 s)", to: nil)
        #expect(
            outcome([change], wait: 300).text == """
                one: withdrawn
                      example.net MX: 20 mx1.example.net. (300 s) → gone
                  … senders may still go by it for 300 s
                """)
    }

    @Test func `takes one action at a time`() throws {
        let command = try DNSCommand.parse(["one", "--check", "--format", "octodns"])
        #expect(command.action == .check)
        #expect(command.format == .octodns)
        #expect(try DNSCommand.parse(["one"]).action == nil)
        do {
            _ = try DNSCommand.parse(["one", "--check", "--apply"])
            Issue.record("two actions were taken")
        } catch { #expect(DNSCommand.exitCode(for: error).rawValue == 64) }
    }
}
