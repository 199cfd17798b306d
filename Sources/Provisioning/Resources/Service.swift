import Foundation
public import RemoteShell

/// A systemd unit that is to start at boot, to run, and to be started again when it dies.
public struct Service: Resource {
    public static let kind = "service"
    public let unit: String
    /// The unit that runs where it is another: Debian 12's `postfix` is only a cover for `postfix@-`.
    public let instance: String
    public let restart: String?
    /// What the unit copies when it starts and never again: each file, and the copy that the unit looks into.
    public let copies: [Copy]

    public struct Copy: Sendable, Hashable {
        var file: String
        var path: String
    }

    private static let unitName = Pattern(/[A-Za-z0-9@:_.\\][A-Za-z0-9@:_.\\-]*/)

    public init(_ parameters: inout Parameters) {
        unit = parameters.string("name")
        instance = parameters.optionalString("instance") ?? unit
        restart = parameters.optionalString("restart")
        copies = parameters.absolutePaths("copies").map { Copy(file: $0, path: $1) }
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

    /// Each unit's properties in a block of their own, in the order of the names (systemctl(1)), then a line for each copy.
    public var probe: Script {
        .lines(
            ["systemctl show -p LoadState,UnitFileState,ActiveState,Restart -- \(unit) \(instance)"]
                + copies.map { "cmp -s \($0.file) \($0.path) && echo same || echo other" })
    }

    public struct Observation: Sendable, Equatable {
        /// `enabled`, `disabled`, `masked` …; `not-found` where there is no such unit.
        var boot: String
        /// `active`, `inactive`, `failed` …
        var state: String
        /// Nil where the unit is none that could be restarted: a timer, a socket.
        var restart: String?
        /// Of each copy, whether it is as the file is now.
        var isCopied: [Bool] = []

        /// Whether a start makes a process that has seen nothing older.
        var isDown: Bool { state == "inactive" || state == "failed" }
    }

    public func observation(from answer: Completion) throws -> Observation {
        var text = answer.text[...]
        let isCopied = try copies.reversed().map { _ in
            guard let verdict = ["same", "other"].first(where: { text.hasSuffix("\n\($0)\n") }) else {
                throw UnreadableAnswer(expected: "whether copies are the same", answer: answer)
            }
            text.removeLast(verdict.count + 1)
            return verdict == "same"
        }
        let units = String(text).components(separatedBy: "\n\n").map { block in
            let lines = block.split(separator: "\n").compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }
            return Dictionary(lines) { $1 }
        }
        let wanted: Set = ["LoadState", "UnitFileState", "ActiveState"]
        guard answer.exit == 0, text.hasSuffix("\n"), units.count == 2,
            units.allSatisfy({ wanted.isSubset(of: $0.keys) }), let load = units[0]["LoadState"],
            let boot = units[0]["UnitFileState"], let state = units[1]["ActiveState"]
        else { throw UnreadableAnswer(expected: "the states of two units", answer: answer) }
        return Observation(
            boot: boot.isEmpty ? load : boot, state: state, restart: units[1]["Restart"], isCopied: isCopied.reversed())
    }

    public func changes(from observed: Observation) -> [Change] {
        var changes: [Change] = []
        if observed.boot != "enabled" { changes.append(Change("\(unit) at boot", from: observed.boot, to: "enabled")) }
        if observed.state != "active" { changes.append(Change(instance, from: observed.state, to: "active")) }
        if let restart, observed.restart != restart {
            changes.append(Change("Restart of \(instance)", from: observed.restart, to: restart))
        }
        return changes + stale(in: observed).map { Change($0.path, from: "an older one", to: "as \($0.file)") }
    }

    /// The copies that only a restart renews: one that starts makes them.
    private func stale(in observed: Observation) -> [Copy] {
        observed.isDown ? [] : zip(copies, observed.isCopied).filter { !$1 }.map(\.0)
    }

    public func services(begunAfter observed: Observation) -> Set<String> {
        observed.isDown || !stale(in: observed).isEmpty ? [unit, instance] : []
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
        // `enable` takes a quarter of a second to tell System V's scripts what they know.
        let enable: Script = """
            [ "$(systemctl is-enabled \(unit) 2>/dev/null)" = enabled ] || systemctl enable --quiet \(unit)
            """
        let begin: Script = services(begunAfter: observed).isEmpty ? "systemctl start" : "systemctl restart"
        return """
            \(policy)
            \(enable)
            \(begin) \(instance)
            systemctl start \(unit)
            """
    }
}
