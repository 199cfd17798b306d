import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A running step` {
    @Test func `has the name of its script, and is nil without one`() {
        let commands: [RemoteCommand] = [
            .change("true"), .change("true").named("packages"), .query("true").named("packages"),
        ]
        let steps = commands.indices.map { RunningStep(BatchProgress(index: $0, line: "line"), of: commands) }
        let step = RunningStep(name: "packages", output: "line")
        #expect(steps == [nil, step, step])
    }
}
