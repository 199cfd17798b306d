import Foundation
public import RemoteShell

/// A systemd unit that is to start at boot, to run, and to be started again when it dies.
public struct Service: Resource {
    public static let kind = "service"
    public let unit: String
    /// The unit that runs where it is another: Debian 12's `postfix` is only a cover for `postfix@-`.
    public let instance: String
    public let restart: String?

    private static let unitName = Pattern(/[A-Za-z0-9@:_.\\][A-Za-z0-9@:_.\\-]*/)

    public init(_ parameters: inout Parameters) {
        unit = parameters.string("name")
        instance = parameters.optionalString("instance") ?? unit
        restart = parameters.optionalString("restart")
        for (key, name) in [("name", unit), ("instance", instance)] where !Self.unitName.fits(name) {
            parameters.wrong(key, "`\(name)` is no name of a systemd unit")
        }
        if let restart, !["on-failure", "always", "no"].contains(restart) {
            parameters.wrong("restart", "`restart` is `\(restart)`; `on-failure`, `always` or `no` is wanted")
        }
        parameters.finish()
    }

    private var dropIn: String {
        "/etc/systemd/system/\(instance.hasSuffix(".service") ? instance : instance + ".service").d/mxprovision.conf"
    }

    /// Each unit's properties in a block of their own, in the order of the names (systemctl(1)).
    public var probe: Script { "systemctl show -p LoadState,UnitFileState,ActiveState,Restart -- \(unit) \(instance)" }

    public struct Observation: Sendable, Equatable {
        /// `enabled`, `disabled`, `masked` …; `not-found` where there is no such unit.
        var boot: String
        /// `active`, `inactive`, `failed` …
        var state: String
        /// Nil where the unit is none that could be restarted: a timer, a socket.
        var restart: String?
    }

    public func observation(from answer: Completion) throws -> Observation {
        let units = answer.text.components(separatedBy: "\n\n").map { block in
            let lines = block.split(separator: "\n").compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }
            return Dictionary(lines) { $1 }
        }
        let wanted: Set = ["LoadState", "UnitFileState", "ActiveState"]
        guard answer.exit == 0, answer.text.hasSuffix("\n"), units.count == 2,
            units.allSatisfy({ wanted.isSubset(of: $0.keys) }), let load = units[0]["LoadState"],
            let boot = units[0]["UnitFileState"], let state = units[1]["ActiveState"]
        else { throw UnreadableAnswer(expected: "the states of two units", answer: answer) }
        return Observation(boot: boot.isEmpty ? load : boot, state: state, restart: units[1]["Restart"])
    }

    public func changes(from observed: Observation) -> [Change] {
        var changes: [Change] = []
        if observed.boot != "enabled" { changes.append(Change("\(unit) at boot", from: observed.boot, to: "enabled")) }
        if observed.state != "active" { changes.append(Change(instance, from: observed.state, to: "active")) }
        if let restart, observed.restart != restart {
            changes.append(Change("Restart of \(instance)", from: observed.restart, to: restart))
        }
        return changes
    }

    public func remedy(for observed: Observation) -> Script {
        let policy: Script =
            restart.map { restart in
                """
                mkdir -p "$(dirname \(dropIn))"
                printf '[Service]\\nRestart=%s\\n' \(restart) >\(dropIn)
                systemctl daemon-reload
                """
            } ?? ":"
        return """
            \(policy)
            systemctl enable --quiet \(unit)
            systemctl start \(unit) \(instance)
            """
    }
}
