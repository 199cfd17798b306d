import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

private struct Plain: Resource {
    static let kind = "plain"
    init() {}
    init(_ parameters: inout Parameters) {}
    var probe: Script { "true" }
    func observation(from answer: CommandResult) throws -> Int { answer.exit }
    func changes(from observed: Int) -> [Change] { [] }
    func repair(for observed: Int) -> Script { "true" }
}

@Suite struct `The stages of a run` {
    private func entry(
        _ id: String, _ resource: any Resource = Plain(), begins: Set<String> = [], isDrifted: Bool = true
    ) -> Engine.StepAssessment {
        .init(
            step: Step(id: id, line: 1, action: .resource(resource)),
            assessment: isDrifted
                ? .drifted([Change(id, from: nil, to: "there")], repair: "true", owes: [], begins: begins) : .converged)
    }

    private func check(_ id: String) -> Engine.StepAssessment {
        let verification = SampleVerification()
        return .init(step: Step(id: id, line: 1, action: .verification(verification)), assessment: .converged)
    }

    private func stages(_ entries: [Engine.StepAssessment]) -> [[String]] {
        Stage.all(of: entries).map { stage in
            switch stage {
            case .mend(let entries): entries.map(\.step.id)
            case .verify(let verifications, _): verifications.map(\.step)
            }
        }
    }

    @Test func `are one if no result is needed in between`() {
        #expect(stages([entry("a"), entry("b", isDrifted: false), entry("c")]) == [["a", "b", "c"]])
        #expect(stages([]) == [])
    }

    @Test func `are divided by a verification`() {
        #expect(stages([entry("a"), check("v"), entry("b"), entry("c")]) == [["a"], ["v"], ["b", "c"]])
    }

    @Test func `have all verifications up to their place`() {
        #expect(stages([entry("a"), check("v"), check("w"), entry("b")]) == [["a"], ["v", "w"], ["b"]])
        #expect(stages([check("v"), entry("a"), check("w")]) == [["v"], ["a"], ["v", "w"]])
    }

    @Test(arguments: Sample.all)
    func `isolate slow steps and steps that involve other hosts`(_ sample: Sample) throws {
        let resource = try #require(try sample.resources(with: "a.net").last)
        let isAlone = ["packages", "command", "firewall", "acme-certificate", "recipient-pull"]
            .contains(sample.kind.kind)
        let divided = isAlone ? [["a"], ["b"], ["c"]] : [["a", "b", "c"]]
        #expect(stages([entry("a"), entry("b", resource), entry("c")]) == divided)
        #expect(stages([entry("a"), entry("b", resource, isDrifted: false), entry("c")]) == [["a", "b", "c"]])
    }

    @Test func `end with a step that starts a service, which drops its earlier handlers`() {
        #expect(stages([entry("a"), entry("b", begins: ["postfix"]), entry("c")]) == [["a", "b"], ["c"]])
    }
}
