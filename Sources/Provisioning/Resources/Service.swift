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
        for name in [unit, instance] where name.wholeMatch(of: /[A-Za-z0-9@:_.\\-]+/) == nil {
            parameters.wrong("name", "`\(name)` is no name of a systemd unit")
        }
        if let restart, !["on-failure", "always", "no"].contains(restart) {
            parameters.wrong("restart", "`restart` is `\(restart)`; `on-failure`, `always` or `no` is wanted")
        }
        parameters.finish()
    }

    private var cover: String { unit.hasSuffix(".service") ? unit : unit + ".service" }
    /// Drop-ins of a template's instance belong to the template: `postfix@-` is `postfix@.service`'s.
    private var dropIn: String {
        "/etc/systemd/system/\(instance.hasSuffix(".service") ? instance : instance + ".service").d/mxprovision.conf"
    }

    public var probe: Script {
        """
        systemctl is-enabled \(unit) 2>/dev/null || true
        systemctl is-active \(instance) 2>/dev/null || true
        systemctl show -p Restart --value \(instance) 2>/dev/null || true
        """
    }

    public func observation(from answer: Completion) throws -> [String] {
        var lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // is-enabled says nothing on standard output of a unit that does not exist.
        if lines.count < 4 { lines.insert("not-found", at: 0) }
        guard lines.count >= 3 else { throw UnreadableAnswer(expected: "a unit's state", answer: answer) }
        return Array(lines.prefix(3))
    }

    public func changes(from observed: [String]) -> [Change] {
        var changes: [Change] = []
        if observed[0] != "enabled" { changes.append(Change("\(unit) at boot", from: observed[0], to: "enabled")) }
        if observed[1] != "active" { changes.append(Change(instance, from: observed[1], to: "active")) }
        if let restart, observed[2] != restart {
            changes.append(Change("Restart of \(instance)", from: observed[2], to: restart))
        }
        return changes
    }

    public func remedy(for observed: [String]) -> Script {
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
            systemctl start \(cover) \(instance)
            """
    }
}
