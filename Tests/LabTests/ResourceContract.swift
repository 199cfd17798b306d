import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// The behaviour of a resource kind in a real guest, shown by one example.
struct ResourceContract: Sendable, CustomTestStringConvertible {
    let kind: any Resource.Type
    let name: String
    /// A step's parameters.
    let parameters: String
    /// Script that removes the resource from the guest.
    let absence: Script
    /// The expected changes: subject, before, after.
    let missing: [Change]
    /// Prints everything that the resource manages, with inode and change time.
    let managed: Script
    /// Manual changes that cause drift.
    let drifts: [Drift]

    struct Drift: Sendable {
        let byHand: Script
        let changes: [Change]

        init(_ byHand: Script, _ changes: Change...) {
            self.byHand = byHand
            self.changes = changes
        }
    }

    init(
        _ kind: any Resource.Type,
        _ name: String,
        _ parameters: String,
        absence: Script,
        missing: [Change],
        managed: Script,
        drifts: [Drift]
    ) {
        self.kind = kind
        self.name = name
        self.parameters = parameters
        self.absence = absence
        self.missing = missing
        self.managed = managed
        self.drifts = drifts
    }

    var testDescription: String { "\(kind.kind): \(name)" }

    func step() throws -> Step {
        var parameters = try Parameters(yaml: parameters)
        let resource = kind.init(&parameters)
        try #require(parameters.mistakes == [])
        return try Step(id: kind.kind, line: 1, action: .resource(resource)).unlocked(environment: [:])
    }

    /// Returns a script that prints content, owner, mode, inode and change time of files.
    static func files(_ paths: String...) -> Script {
        "for f in \(paths); do sha256sum \"$f\"; stat -c '%n %U:%G %a %i %Z' \"$f\"; done"
    }
}
