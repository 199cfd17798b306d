public import ConfigurationFiles
public import Foundation
public import RemoteShell

/// A kind of object that a guest can have.
///
/// A resource performs nothing itself. It provides a probe, reads the probe's result, compares it with the desired
/// state, and provides a repair script. The engine runs the scripts. So each of the four parts can be tested without a
/// host.
public protocol Resource: Sendable {
    /// The state that a probe reports, in a type of this kind.
    associatedtype Observation: Sendable, Equatable

    /// The key that selects this kind in a playbook.
    static var kind: String { get }
    /// Whether the repair may take so long that the user needs a progress message.
    static var takesLong: Bool { get }
    /// Whether the repair can allow mail to reach the guest. Then a verification must succeed first.
    static var publishes: Bool { get }

    /// The objects that the resource owns in the guest. A command owns none.
    var objects: [ManagedObject] { get }

    /// Reads the step's parameters and reports every mistake in them.
    init(_ parameters: inout Parameters)

    /// The script that reports the current state and changes nothing. It must work on a blank guest too: "absent" is a
    /// valid observation.
    var probe: Script { get }

    /// Parses the result of the probe.
    ///
    /// - Throws: ``UnreadableAnswer`` if the result has an unexpected form. That is never treated as a difference.
    func observation(from answer: CommandResult) throws -> Observation

    /// Returns the differences from the desired state, or an empty list if the guest has converged.
    func changes(from observed: Observation) -> [Change]

    /// Returns the script that establishes the desired state. It runs under `set -eu`. It must be correct for every
    /// state, because an earlier step may have changed what was observed.
    func repair(for observed: Observation) -> Script

    /// Returns the handlers that the changes need: a reload or restart of each service that reads what was changed.
    func triggers(after changes: [Change]) -> [Handler]

    /// Returns the services that the repair always starts with new processes. Handlers of these services that were
    /// pending before need not run any more.
    func services(begunAfter observed: Observation) -> Set<String>
}

extension Resource {
    public static var takesLong: Bool { false }
    public static var publishes: Bool { false }
    public var objects: [ManagedObject] { [] }
    public func triggers(after changes: [Change]) -> [Handler] { [] }
    public func services(begunAfter observed: Observation) -> Set<String> { [] }

    /// Type-erased entry point for the engine: returns the changes and the repair script that result from a probe.
    package func assess(_ answer: CommandResult) throws -> Assessment {
        let observed = try observation(from: answer)
        let changes = changes(from: observed)
        return changes.isEmpty
            ? .converged
            : .drifted(
                changes, repair: repair(for: observed), owes: triggers(after: changes),
                begins: services(begunAfter: observed))
    }
}

/// The evaluation of a probe's result.
package enum Assessment: Sendable, Equatable {
    case converged
    case drifted([Change], repair: Script, owes: [Handler], begins: Set<String>)

    package var changes: [Change] {
        switch self {
        case .converged: []
        case .drifted(let changes, _, _, _): changes
        }
    }

    /// Returns the evaluation without the changes that an earlier step of the same kind makes.
    package func without(_ made: Set<Change>) -> Assessment {
        guard case .drifted(let changes, let repair, let owes, let begins) = self else { return self }
        let left = changes.filter { !made.contains($0) }
        return left.isEmpty ? .converged : .drifted(left, repair: repair, owes: owes, begins: begins)
    }
}

/// A result from the guest that has an unexpected form.
public struct UnreadableAnswer: LocalizedError, Sendable, Equatable {
    /// The expected form, in words for the user.
    public var expected: String
    /// The result of the script.
    public var answer: CommandResult

    public init(expected: String, answer: CommandResult) {
        self.expected = expected
        self.answer = answer
    }

    public var errorDescription: String? {
        "unexpected output from the guest (exit status \(answer.exit)); expected \(expected)"
    }
    public var failureReason: String? { answer.tail }
    public var recoverySuggestion: String? { "Run `mxprovision up`, which repairs what has drifted in the guest." }
}
