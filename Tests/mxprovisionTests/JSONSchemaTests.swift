import MailChecks
import TestSupport
import Testing

@testable import mxprovision

/// Programs rely on docs/events.schema.json.
@Suite(.timeLimit(.minutes(10))) struct `The schema of JSON output` {
    private func errors(in lines: [String], requiresAll: Bool = false) async throws -> String {
        try await EventSchema(requiresAll: requiresAll).errors(in: lines.joined(separator: "\n"))
    }

    @Test func `describes each member that is printed, and no other`() async throws {
        let errors = try await errors(in: JSONSample.complete(), requiresAll: true)
        #expect(errors == "")
    }

    @Test func `does not require what may be missing`() async throws {
        let errors = try await errors(in: JSONSample.minimal())
        #expect(errors == "")
    }

    @Test func `has each value`() async throws {
        #expect(Set(JSONSample.accounts.map(\.verdict)) == Set(CanaryAccount.Verdict.allCases))
        let errors = try await errors(in: JSONSample.everyValue())
        #expect(errors == "")
    }

    @Test func `is compared with a line of each event`() async throws {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        let outline = try await mxprovision(["plan", "--offline", "--json", "tertiary"])
        let lines = try JSONSample.complete() + [outline.output]
        let events = Set(lines.compactMap { $0.firstMatch(of: /"event":"([a-z]+)"/).map { String($0.1) } })
        #expect(try EventSchema().events.symmetricDifference(events) == [])
    }

    @Test(arguments: [
        (#"{"event":"asked","site":"secondary","v":2}"#, "'asked' is not one of"),
        (#"{"site":"secondary","v":2}"#, "'event' is a required property"),
        (#"{"event":"note","site":"secondary","text":"x","to":"ada","v":2}"#, "'to' was unexpected"),
        (
            #"{"changes":[{"subject":"x","was":"1"}],"event":"changing","site":"secondary","step":"relay","v":2}"#,
            "'was' was unexpected"
        ),
        (#"{"event":"note","text":"x","v":2}"#, "'site' is a required property"),
        (#"{"event":"note","site":"secondary","text":7,"v":2}"#, "7 is not of type 'string'"),
        (#"{"event":"note","site":"secondary","text":"x","v":1}"#, "2 was expected"),
        (
            #"{"checks":[{"evidence":"","name":"x","verdict":"ok"}],"event":"verified","site":"s","took":1,"v":2}"#,
            "'ok' is not one of"
        ),
        ("secondary: up", "not a JSON object: secondary: up"), ("[]", "not a JSON object: []"),
    ])
    func `reports a line that it does not describe`(line: String, error: String) async throws {
        let errors = try await errors(in: [#"{"event":"note","site":"secondary","text":"x","v":2}"#, line])
        #expect(errors.contains(error), "\(errors)")
    }
}
