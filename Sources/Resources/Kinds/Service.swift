public import ConfigurationFiles
import Diagnostics
import Foundation
public import RemoteShell

/// A systemd unit that must be enabled and running, and restarted if it fails.
public struct Service: Resource {
    public static let kind = "service"
    /// The name of the unit.
    public let unit: String
    /// The unit whose processes run if the unit `name` has the type `oneshot`: in Debian 12, `postfix` only starts
    /// `postfix@-`. In Debian 13, `postfix` runs its processes itself.
    public let instance: String
    /// The value of `Restart=` in a drop-in (systemd.service(5)), or nil if the unit's own value is kept.
    public let restart: String?
    /// Files that the unit copies only when it starts, each with the copy that the unit reads.
    public let copies: [Copy]

    /// A file and the path of the copy that the unit makes of it.
    public struct Copy: Sendable, Hashable {
        package var file: String
        package var path: String
    }

    private static let unitName = Pattern(/[A-Za-z0-9@:_.\\][A-Za-z0-9@:_.\\-]*/)

    public init(_ parameters: inout Parameters) {
        unit = parameters.string("name")
        instance = parameters.optionalString("instance") ?? unit
        restart = parameters.optionalString("restart")
        copies = parameters.absolutePaths("copies").map { Copy(file: $0, path: $1) }
        for (key, name) in [("name", unit), ("instance", instance)] where !Self.unitName.fits(name) {
            parameters.wrong(key, "`\(key)`: invalid name of a systemd unit `\(name)`")
        }
        if let restart, !["on-failure", "always", "no"].contains(restart) {
            parameters.wrong(
                "restart", "`restart`: invalid value `\(restart)`; expected `on-failure`, `always` or `no`")
        }
        parameters.finish()
    }

    public var objects: [ManagedObject] {
        [.unit(unit)] + (instance == unit ? [] : [.unit(instance)])
            + (restart == nil ? [] : [.file(Self.dropIn(of: instance))])
            + copies.map { .file($0.path) }
    }

    private static func dropIn(of unit: String) -> String {
        "/etc/systemd/system/\(fullName(unit)).d/mxprovision.conf"
    }

    private static func fullName(_ unit: String) -> String { unit.contains(".") ? unit : unit + ".service" }

    private static let properties = "Type,LoadState,UnitFileState,ActiveState,SubState,Restart,NeedDaemonReload"

    /// Prints the properties of each unit as a block, in the order of the names (systemctl(1)), then a line for the
    /// drop-in of each unit, then a line for each copy.
    public var probe: Script {
        let policies: [Script] =
            restart == nil
            ? []
            : [
                "\(isPolicySet(unit)) && echo UnitDropIn=yes || echo UnitDropIn=no",
                "\(isPolicySet(instance)) && echo InstanceDropIn=yes || echo InstanceDropIn=no",
            ]
        return .lines(
            [settledStates] + policies
                + copies.map { "cmp -s \($0.file) \($0.path) && echo same || echo other" })
    }

    /// Prints the states after no unit is in transition, because a unit that is starting after a boot has not drifted.
    /// After ten seconds the current states are printed in any case.
    private var settledStates: Script {
        """
        n=50
        while s=$(systemctl show -p \(Self.properties) -- \(unit) \(instance)); do
            case $s in *ActiveState=activating* | *ActiveState=reloading* | *ActiveState=deactivating*) ;; *) break ;; esac
            [ $n -gt 0 ] || break
            n=$((n - 1))
            sleep 0.2
        done
        printf '%s\\n' "$s"
        """
    }

    /// Reads the drop-in with shell builtins only, because each process adds 1 to 2 ms to a run without changes.
    private func isPolicySet(_ unit: String) -> Script {
        let dropIn = Self.dropIn(of: unit)
        return """
            { [ -f \(dropIn) ] && { IFS= read -r a && IFS= read -r b && ! IFS= read -r c; } <\(dropIn) &&
                [ "$a" = '[Service]' ] && [ "$b" = \("Restart=" + (restart ?? "")) ]; }
            """
    }

    public struct Observation: Sendable, Equatable {
        /// The unit whose processes run: the service itself or its instance.
        package var running: String
        /// `enabled`, `disabled`, `masked` …, or `not-found` if there is no such unit.
        var boot: String
        /// `active`, `inactive`, `failed` …, or `exited` if the unit is active but its processes are missing.
        package var state: String
        /// The value of `Restart=`, or nil for a unit that has none, such as a timer or a socket.
        package var restart: String?
        /// Whether each copy equals its file.
        var isCopied: [Bool] = []
        /// `loaded`, `masked`, `bad-setting` … for the running unit.
        package var load = "loaded"
        /// Whether systemd has loaded the current unit files.
        package var isCurrent = true
        /// Whether the drop-in of the running unit is as expected.
        var isPolicySet = true

        /// Whether a start creates new processes, which have read no older files.
        var isDown: Bool { ["inactive", "failed", "exited"].contains(state) }
    }

    public func observation(from answer: CommandResult) throws -> Observation {
        var text = answer.text[...]
        let isCopied = try copies.reversed().map { _ in
            guard let verdict = ["same", "other"].first(where: { text.hasSuffix("\n\($0)\n") }) else {
                throw UnreadableAnswer(expected: "a comparison of the copies", answer: answer)
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
            let boot = units[0]["UnitFileState"]
        else { throw UnreadableAnswer(expected: "the states of two units", answer: answer) }
        // A unit that systemd cannot load has no type.
        let runsInstance = units[0]["Type"] == "oneshot" || load != "loaded" && units[1]["LoadState"] == "loaded"
        let running = units[runsInstance ? 1 : 0]
        // After an upgrade in place, systemd may still show the unit of Debian 12 as active, without Postfix's
        // processes.
        let isEmpty = running["SubState"] == "exited" && running["Type"] != "oneshot"
        return Observation(
            running: runsInstance ? instance : unit, boot: boot.isEmpty ? load : boot,
            state: isEmpty ? "exited" : running["ActiveState"] ?? "", restart: running["Restart"],
            isCopied: isCopied.reversed(),
            load: running["LoadState"] ?? load, isCurrent: units.allSatisfy { $0["NeedDaemonReload"] != "yes" },
            isPolicySet: units[1][runsInstance ? "InstanceDropIn" : "UnitDropIn"] != "no")
    }

    public func changes(from observed: Observation) -> [Change] {
        var changes: [Change] = []
        if observed.boot != "enabled" { changes.append(Change("\(unit) at boot", from: observed.boot, to: "enabled")) }
        if observed.state != "active" { changes.append(Change(observed.running, from: observed.state, to: "active")) }
        if observed.load != "loaded", observed.load != "not-found", observed.load != observed.boot {
            changes.append(Change("unit \(observed.running)", from: observed.load, to: "loaded"))
        }
        if !observed.isCurrent {
            changes.append(Change("unit \(observed.running)", from: "changed since systemd read it", to: "loaded"))
        }
        if let restart, observed.restart != restart {
            changes.append(Change("Restart of \(observed.running)", from: observed.restart, to: restart))
        } else if !observed.isPolicySet {
            changes.append(
                Change(Self.dropIn(of: observed.running), from: "missing or other content", to: "expected content"))
        }
        return changes + stale(in: observed).map { Change($0.path, from: "outdated", to: "same as \($0.file)") }
    }

    /// Returns the copies that only a restart renews. A start makes the copies by itself.
    private func stale(in observed: Observation) -> [Copy] {
        observed.isDown ? [] : zip(copies, observed.isCopied).filter { !$1 }.map(\.0)
    }

    public func services(begunAfter observed: Observation) -> Set<String> {
        observed.isDown || !stale(in: observed).isEmpty ? [unit, instance] : []
    }

    /// Starts or restarts the service, and first rebuilds a unit that systemd cannot load: what hides the unit in
    /// `/etc` is removed or renamed, and the package that ships the unit is reinstalled.
    public func repair(for observed: Observation) -> Script {
        let policy: Script =
            restart.map { restart in
                """
                make_folder "$(dirname "$f")"
                printf '[Service]\\nRestart=%s\\n' \(restart) | replace 644 root:root "$f"
                systemctl daemon-reload
                """
            } ?? ":"
        let units = [unit, instance].map(Self.fullName)
        // The script calls `enable` only if needed: it takes 250 ms to synchronize the state with the System V scripts.
        let begin: Script = services(begunAfter: observed).isEmpty ? "systemctl start" : "systemctl restart"
        return """
            \(.replacement)systemctl daemon-reload
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
            u=\(unit) f=\(Self.dropIn(of: unit))
            [ "$(systemctl show -P Type "$u")" != oneshot ] || { u=\(instance) f=\(Self.dropIn(of: instance)); }
            \(policy)
            [ "$(systemctl is-enabled \(unit) 2>/dev/null)" = enabled ] || systemctl enable --quiet \(unit)
            systemctl reset-failed \(unit) \(instance) 2>/dev/null || true
            # The instance of the previous release still runs after an upgrade, and conflicts with the service.
            [ "$u" = \(instance) ] || systemctl stop \(instance)
            \(begin) "$u"
            systemctl start \(unit)
            """
    }
}
