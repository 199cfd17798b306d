public import Foundation
public import RemoteShell

/// A kind of thing that a guest can have.
///
/// A resource does nothing. It says how to ask, how to read the answer, what is different and what would mend it;
/// the engine does the asking and the mending. So each of the four can be tested without a host.
public protocol Resource: Sendable {
    /// What a probe finds out, in this kind's own words.
    associatedtype Observation: Sendable, Equatable

    /// The key that names this kind in a playbook.
    static var kind: String { get }
    /// Whether its remedy may take longer than one waits for without a word.
    static var takesLong: Bool { get }
    /// Whether it can let mail come to the guest, which needs a verification before it.
    static var publishes: Bool { get }

    /// What it owns in the guest. A command owns nothing.
    var objects: [ManagedObject] { get }

    /// Reads the step's parameters and notes every mistake in them.
    init(_ parameters: inout Parameters)

    /// Asks, and changes nothing. Must answer on a blank guest too: "absent" is an observation.
    var probe: Script { get }

    /// Reads the probe's answer.
    ///
    /// - Throws: ``UnreadableAnswer`` where the answer cannot be understood, which is never taken for a difference.
    func observation(from answer: Completion) throws -> Observation

    /// What is not as it should be; empty when the guest has converged.
    func changes(from observed: Observation) -> [Change]

    /// Makes it so. Runs under `set -eu`, and must be right whatever was observed: an earlier step may have changed it.
    func remedy(for observed: Observation) -> Script

    /// What the given changes, once made, owe: a reload or a restart of a service that reads what was changed.
    func triggers(after changes: [Change]) -> [Trigger]

    /// Services whose processes the remedy makes anew, whatever runs by then: what was owed to them before is paid by it.
    func services(begunAfter observed: Observation) -> Set<String>
}

extension Resource {
    public static var takesLong: Bool { false }
    public static var publishes: Bool { false }
    public var objects: [ManagedObject] { [] }
    public func triggers(after changes: [Change]) -> [Trigger] { [] }
    public func services(begunAfter observed: Observation) -> Set<String> { [] }

    /// The one door for the engine, which does not know what an `Observation` is.
    func assess(_ answer: Completion) throws -> Assessment {
        let observed = try observation(from: answer)
        let changes = changes(from: observed)
        return changes.isEmpty
            ? .converged
            : .drifted(
                changes, remedy: remedy(for: observed), owes: triggers(after: changes),
                begins: services(begunAfter: observed))
    }
}

/// What a resource makes of its probe's answer.
enum Assessment: Sendable, Equatable {
    case converged
    case drifted([Change], remedy: Script, owes: [Trigger], begins: Set<String>)

    var changes: [Change] {
        switch self {
        case .converged: []
        case .drifted(let changes, _, _, _): changes
        }
    }

    /// What is left of it where an earlier step of the same kind makes some of the changes.
    func without(_ made: Set<Change>) -> Assessment {
        guard case .drifted(let changes, let remedy, let owes, let begins) = self else { return self }
        let left = changes.filter { !made.contains($0) }
        return left.isEmpty ? .converged : .drifted(left, remedy: remedy, owes: owes, begins: begins)
    }
}

/// An answer of the guest that is not what its script prints.
public struct UnreadableAnswer: LocalizedError, Sendable, Equatable {
    /// What was expected, in a person's words.
    public var expected: String
    public var answer: Completion

    public init(expected: String, answer: Completion) {
        self.expected = expected
        self.answer = answer
    }

    public var errorDescription: String? { "the guest's answer is not \(expected) (exit status \(answer.exit))" }
    public var failureReason: String? { answer.tail }
    public var recoverySuggestion: String? { "Run `mxprovision up`, which repairs what has drifted in the guest." }
}
