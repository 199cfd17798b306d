import RemoteShell
import Testing

@testable import Provisioning

/// What a kind of resource promises of a real guest, told by one example.
struct ResourceContract: Sendable, CustomTestStringConvertible {
    let kind: any Resource.Type
    let name: String
    /// A step's parameters.
    let parameters: String
    /// Makes the guest one that has nothing of it.
    let absence: Script
    /// What is then to be changed: subject, before, after.
    let missing: [Change]
    /// Prints whatever the resource manages, with inode and time of change.
    let managed: Script
    /// What a person may do to it.
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

    /// Content, owner, mode, inode and time of change of files.
    static func files(_ paths: String...) -> Script {
        "for f in \(paths); do sha256sum \"$f\"; stat -c '%n %U:%G %a %i %Z' \"$f\"; done"
    }
}
