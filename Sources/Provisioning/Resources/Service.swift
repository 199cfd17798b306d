import Foundation
public import RemoteShell

/// A systemd unit that is to start at boot, to run, and to be started again when it dies.
public struct Service: Resource {
    public static let kind = "service"
    public let unit: String
    /// The unit that runs where it is another: Debian 12's `postfix` is only a cover for `postfix@-`.
    public let instance: String
    public let restart: String?

    public init(_ parameters: inout Parameters) {
        unit = parameters.string("name")
        instance = parameters.optionalString("instance") ?? unit
        restart = parameters.optionalString("restart")
        for (key, name) in [("name", unit), ("instance", instance)]
        where name.wholeMatch(of: /[A-Za-z0-9@:_.\\][A-Za-z0-9@:_.\\-]*/) == nil {
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
        let blocks = answer.text.components(separatedBy: "\n\n").map { block in
            let pairs = block.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
            return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
        }
        guard answer.exit == 0, blocks.count == 2, answer.text.hasSuffix("\n"), let load = blocks[0]["LoadState"],
            let state = blocks[1]["ActiveState"], blocks[1]["LoadState"] != nil
        else { throw UnreadableAnswer(expected: "the states of two units", answer: answer) }
        return Observation(
            boot: blocks[0]["UnitFileState"] ?? load,
            state: state,
            restart: blocks[1]["Restart"]
        )
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
