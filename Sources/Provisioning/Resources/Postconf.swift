import Foundation
public import RemoteShell

/// Parameters of Postfix's main.cf and of services in its master.cf, compared in meaning.
public struct Postconf: Resource {
    public static let kind = "postconf"
    /// main.cf, in the playbook's order.
    public let parameters: [Setting]
    /// `-o` options of master.cf, named `relay/unix/soft_bounce` as `postconf -P` does.
    public let services: [Setting]

    public struct Setting: Sendable, Equatable {
        var name: String
        var value: String
    }

    public init(_ parameters: inout Parameters) {
        self.parameters = (parameters.optionalMap("parameters") ?? []).map { Setting(name: $0.key, value: $0.value) }
        services = (parameters.optionalMap("services") ?? []).map { Setting(name: $0.key, value: $0.value) }
        if self.parameters.isEmpty, services.isEmpty {
            parameters.wrong(nil, "`postconf` is empty; `parameters` or `services` is wanted")
        }
        for setting in self.parameters where setting.name.wholeMatch(of: /[A-Za-z0-9_]+/) == nil {
            parameters.wrong("parameters", "`\(setting.name)` is no name of a Postfix parameter")
        }
        for setting in services where setting.name.wholeMatch(of: /[^\/\s=]+\/[a-z-]+\/[A-Za-z0-9_]+/) == nil {
            parameters.wrong("services", "`\(setting.name)` is not like `relay/unix/soft_bounce`")
        }
        for setting in self.parameters + services where setting.value.contains(where: \.isNewline) {
            parameters.wrong(nil, "`\(setting.name)` has a line break in its value")
        }
        parameters.finish()
    }

    /// Only what main.cf and master.cf say (`-n`, `-P`), each name with its value; 127 where there is no Postfix yet.
    public let probe: Script = """
        command -v postconf >/dev/null || exit 127
        [ -e /etc/postfix/main.cf ] || exit 127
        postconf -n
        echo ==
        postconf -P
        """

    public struct Observation: Sendable, Equatable {
        var parameters: [String: String] = [:]
        var services: [String: String] = [:]
        /// Postfix's own complaints: unused parameters, entries that override each other.
        var warnings: [String] = []
    }

    public func observation(from answer: Completion) throws -> Observation {
        if answer.exit == 127 { return Observation() }
        guard answer.exit == 0 else { throw UnreadableAnswer(expected: "Postfix's settings", answer: answer) }
        var observed = Observation()
        var isMaster = false
        for line in answer.text.split(separator: "\n") {
            if line == "==" {
                isMaster = true
                continue
            }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw UnreadableAnswer(expected: "Postfix's settings", answer: answer) }
            let name = parts[0].trimmingCharacters(in: .whitespaces)
            let value = parts[1].trimmingCharacters(in: .whitespaces)
            if isMaster { observed.services[name] = value } else { observed.parameters[name] = value }
        }
        observed.warnings = answer.errorText.split(separator: "\n").map(String.init)
            .filter { $0.contains("overriding earlier entry") }
        return observed
    }

    public func changes(from observed: Observation) -> [Change] {
        Self.changes(parameters, observed.parameters) + Self.changes(services, observed.services)
            + observed.warnings.map { Change("main.cf", from: $0, to: "one entry a parameter") }
    }

    private static func changes(_ wanted: [Setting], _ observed: [String: String]) -> [Change] {
        wanted.compactMap { setting in
            let before = observed[setting.name]
            guard before.map(meaning) != meaning(setting.value) else { return nil }
            return Change(setting.name, from: before, to: setting.value)
        }
    }

    /// Lists may be parted by commas, blanks or both (postconf(5)).
    private static func meaning(_ value: String) -> [Substring] { value.split { $0 == "," || $0.isWhitespace } }

    /// `postconf -e` rewrites an entry in place and drops earlier ones of the same name.
    public func remedy(for observed: Observation) -> Script {
        let main = drifted(parameters, observed.parameters) + duplicated(in: observed)
        let master = drifted(services, observed.services)
        return Script.lines([
            "[ -e /etc/postfix/main.cf ] || { umask 022; mkdir -p /etc/postfix; : >/etc/postfix/main.cf; }",
            main.isEmpty ? ":" : "postconf -e \(main)",
            master.isEmpty ? ":" : "postconf -P \(master)",
        ])
    }

    private func drifted(_ wanted: [Setting], _ observed: [String: String]) -> [String] {
        wanted.filter { setting in observed[setting.name].map(Self.meaning) != Self.meaning(setting.value) }
            .map { "\($0.name)=\($0.value)" }
    }

    /// Entries that stand twice, with the value that holds: the last one.
    private func duplicated(in observed: Observation) -> [String] {
        observed.warnings.compactMap { warning in
            guard let name = warning.firstMatch(of: /overriding earlier entry: ([A-Za-z0-9_]+)=/)?.1 else { return nil }
            let wanted = parameters.first { $0.name == name }?.value
            return (wanted ?? observed.parameters[String(name)]).map { "\(name)=\($0)" }
        }
    }

    /// A running master keeps its listeners, whatever a reload reads (postfix.md 11).
    private static let needsRestart: Set<String> = ["inet_interfaces", "inet_protocols", "queue_directory"]

    public func triggers(after changes: [Change]) -> [Trigger] {
        [Trigger(changes.contains { Self.needsRestart.contains($0.subject) } ? .restart : .reload, "postfix")]
    }
}
