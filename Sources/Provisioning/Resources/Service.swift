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

    public var objects: [ManagedObject] {
        [.unit(unit)] + (instance == unit ? [] : [.unit(instance)]) + (restart == nil ? [] : [.file(dropIn)])
            + copies.map { .file($0.path) }
    }

    private var dropIn: String {
        "/etc/systemd/system/\(instance.hasSuffix(".service") ? instance : instance + ".service").d/mxprovision.conf"
    }

    /// Each unit's properties in a block of their own, in the order of the names (systemctl(1)), then a line for each copy.
    public var probe: Script {
        .lines(
            [
                "systemctl show -p LoadState,UnitFileState,ActiveState,Restart,NeedDaemonReload -- \(unit) \(instance)",
                restart == nil ? ":" : "\(isPolicySet) && echo NeedDropIn=no || echo NeedDropIn=yes",
            ]
                + copies.map { "cmp -s \($0.file) \($0.path) && echo same || echo other" })
    }

    /// Reads the drop-in by builtins of the shell alone, as a process costs a no-op one to two milliseconds.
    private var isPolicySet: Script {
        """
        { [ -f \(dropIn) ] && { IFS= read -r a && IFS= read -r b && ! IFS= read -r c; } <\(dropIn) &&
            [ "$a" = '[Service]' ] && [ "$b" = \("Restart=" + (restart ?? "")) ]; }
        """
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
        /// `loaded`, `masked`, `bad-setting` … of the unit that runs.
        var load = "loaded"
        /// Whether systemd has read the units as they are on disk.
        var isCurrent = true
        /// Whether the drop-in is as expected.
        var isPolicySet = true

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
            boot: boot.isEmpty ? load : boot, state: state, restart: units[1]["Restart"],
            isCopied: isCopied.reversed(), load: units[1]["LoadState"] ?? load,
            isCurrent: units.allSatisfy { $0["NeedDaemonReload"] != "yes" },
            isPolicySet: units[1]["NeedDropIn"] != "yes")
    }

    public func changes(from observed: Observation) -> [Change] {
        var changes: [Change] = []
        if observed.boot != "enabled" { changes.append(Change("\(unit) at boot", from: observed.boot, to: "enabled")) }
        if observed.state != "active" { changes.append(Change(instance, from: observed.state, to: "active")) }
        if observed.load != "loaded", observed.load != "not-found", observed.load != observed.boot {
            changes.append(Change("unit \(instance)", from: observed.load, to: "loaded"))
        }
        if !observed.isCurrent {
            changes.append(Change("unit \(instance)", from: "changed since systemd read it", to: "loaded"))
        }
        if let restart, observed.restart != restart {
            changes.append(Change("Restart of \(instance)", from: observed.restart, to: restart))
        } else if !observed.isPolicySet {
            changes.append(Change(dropIn, from: "missing, or other content", to: "as expected"))
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

    /// A unit that systemd cannot load is rebuilt: what hides it in `/etc` is removed or renamed, and the package that
    /// ships it is installed anew.
    public func remedy(for observed: Observation) -> Script {
        let policy: Script =
            restart.map { restart in
                """
                make_folder "$(dirname \(dropIn))"
                printf '[Service]\\nRestart=%s\\n' \(restart) | replace 644 root:root \(dropIn)
                """
            } ?? ":"
        let units = [unit, instance].map { $0.contains(".") ? $0 : $0 + ".service" }
        // `enable` takes a quarter of a second to tell System V's scripts what they know.
        let begin: Script = services(begunAfter: observed).isEmpty ? "systemctl start" : "systemctl restart"
        return """
            \(.replacement)\(policy)
            systemctl daemon-reload
            \(Packages.apt)
            is_loaded() { [ "$(systemctl show -P LoadState "$1")" = loaded ]; }
            for u in \(units); do
                is_loaded "$u" && continue
                systemctl unmask --quiet "$u" 2>/dev/null || true
                systemctl unmask --runtime --quiet "$u" 2>/dev/null || true
                systemctl daemon-reload
                is_loaded "$u" && continue
                for f in "/etc/systemd/system/$u" "/run/systemd/system/$u"; do
                    [ ! -e "$f" ] && [ ! -L "$f" ] || set_aside "$f"
                done
                systemctl daemon-reload
                is_loaded "$u" && continue
                case $u in *@*) f=${u%%@*}@.${u##*.} ;; *) f=$u ;; esac
                p=$(dpkg-query -S "*/lib/systemd/system/$f" | head -n 1)
                [ -n "$p" ] || continue
                apt --reinstall install -- "${p%%:*}" >&2
                systemctl daemon-reload
            done
            [ "$(systemctl is-enabled \(unit) 2>/dev/null)" = enabled ] || systemctl enable --quiet \(unit)
            systemctl reset-failed \(unit) \(instance) 2>/dev/null || true
            \(begin) \(instance)
            systemctl start \(unit)
            """
    }
}
