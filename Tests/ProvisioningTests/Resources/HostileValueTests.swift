import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A hostile value` {
    /// The values above, and more that are combined from their parts; the same in each run.
    private static let many: [String] = {
        var state: UInt64 = 20_261_124
        func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(sides))
        }
        return HostileValue.all
            + (0..<60).map { _ in (0...roll(5)).map { _ in HostileValue.all[roll(HostileValue.all.count)] }.joined() }
    }()

    @Test(arguments: Sample.all)
    func `keeps each script valid for sh`(_ sample: Sample) async throws {
        var scripts: [Script] = []
        for resource in try Self.many.flatMap(sample.resources(with:)) {
            let some = resource.scripts(after: sample.answers)
            #expect(some.count > 1)
            scripts += some
        }
        // One shell parses all of them, each in a separate process.
        let reader = Script.lines(
            scripts.map { "sh -n <<'end of hostile script'\n\($0)\nend of hostile script\necho $?" })
        let verdicts = try await ProcessShell.local.run(reader)
        #expect(verdicts.errorText == "")
        #expect(verdicts.text == String(repeating: "0\n", count: scripts.count))
    }

    @Test(arguments: Sample.all)
    func `is distinguished from a harmless one, which each kind accepts`(_ sample: Sample) throws {
        #expect(try !sample.resources(with: "a.net").isEmpty)
    }

    @Test func `is tested with each kind`() {
        #expect(Sample.all.map { $0.kind.kind }.sorted() == StepKinds.backupMX.resources.map { $0.kind }.sorted())
    }
}
