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

    private static let parameter = Pattern(/[A-Za-z0-9_]+/)
    private static let service = Pattern(/[^\/\s=-][^\/\s=]*\/[a-z-]+\/[A-Za-z0-9_]+/)

    public init(_ parameters: inout Parameters) {
        self.parameters = (parameters.optionalMap("parameters") ?? []).map { Setting(name: $0.key, value: $0.value) }
        services = (parameters.optionalMap("services") ?? []).map { Setting(name: $0.key, value: $0.value) }
        if self.parameters.isEmpty, services.isEmpty {
            parameters.wrong(nil, "`postconf` is empty; `parameters` or `services` is wanted")
        }
        for setting in self.parameters where !Self.parameter.fits(setting.name) {
            parameters.wrong("parameters", "`\(setting.name)` is no name of a Postfix parameter")
        }
        for setting in services where !Self.service.fits(setting.name) {
            parameters.wrong("services", "`\(setting.name)` is not like `relay/unix/soft_bounce`")
        }
        for setting in self.parameters + services where setting.value.contains(where: { $0.isNewline || $0 == "\0" }) {
            parameters.wrong(nil, "`\(setting.name)` has a line break or a NUL in its value")
        }
        parameters.finish()
    }

    /// Only what main.cf and master.cf say (`-n`, `-P`), each name with its value; 127 where there is no Postfix yet.
    public let probe: Script = """
        command -v postconf >/dev/null || exit 127
        [ -e /etc/postfix/main.cf ] || exit 127
        postconf -n && echo == && postconf -P && echo ==
        """

    public struct Observation: Sendable, Equatable {
        var parameters: [String: String] = [:]
        var services: [String: String] = [:]
        /// Parameters that main.cf has more than one entry of; the last one holds.
        var repeated: Set<String> = []
    }

    public func observation(from answer: Completion) throws -> Observation {
        if answer.exit == 127, answer.output.isEmpty { return Observation() }
        let files = answer.text.split(separator: "==\n", omittingEmptySubsequences: false)
        guard answer.exit == 0, files.count == 3, files[2].isEmpty, let parameters = Self.settings(in: files[0]),
            let services = Self.settings(in: files[1])
        else { throw UnreadableAnswer(expected: "Postfix's settings", answer: answer) }
        let repeated = answer.named(/overriding earlier entry: ([A-Za-z0-9_]+)=/)
        return Observation(parameters: parameters, services: services, repeated: repeated)
    }

    /// Nil where a line is no setting.
    private static func settings(in text: Substring) -> [String: String]? {
        var settings: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            settings[parts[0].trimmingCharacters(in: .whitespaces)] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return settings
    }

    public func changes(from observed: Observation) -> [Change] {
        Self.changes(parameters, observed.parameters) + Self.changes(services, observed.services)
            + observed.repeated.sorted().map { Change($0, from: "more than one entry in main.cf", to: "one entry") }
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

    /// `postconf -e` gives every entry of a name the new value and leaves them all there; `-X` takes them away. That is
    /// done to a copy, as Postfix may read main.cf at any time.
    public func remedy(for observed: Observation) -> Script {
        let main = drifted(parameters, observed.parameters)
        let master = drifted(services, observed.services)
        let once = observed.repeated.sorted().compactMap { name in observed.parameters[name].map { "\(name)=\($0)" } }
        let merge: Script =
            once.isEmpty
            ? ":"
            : """
            d=$(mktemp -d /etc/postfix/.mxprovision.XXXXXX)
            trap 'rm -rf "$d"' EXIT
            cp -p /etc/postfix/main.cf /etc/postfix/master.cf "$d"
            postconf -c "$d" -X \(observed.repeated.sorted())
            postconf -c "$d" -e \(once)
            mv -T "$d/main.cf" /etc/postfix/main.cf
            """
        return Script.lines([
            "[ -e /etc/postfix/main.cf ] || { umask 022; mkdir -p /etc/postfix; : >/etc/postfix/main.cf; }",
            merge,
            main.isEmpty ? ":" : "postconf -e \(main)",
            master.isEmpty ? ":" : "postconf -P \(master)",
            .aged("/etc/postfix/main.cf"),
            "[ ! -e /etc/postfix/master.cf ] || \(.aged("/etc/postfix/master.cf"))",
        ])
    }

    private func drifted(_ wanted: [Setting], _ observed: [String: String]) -> [String] {
        wanted.filter { setting in observed[setting.name].map(Self.meaning) != Self.meaning(setting.value) }
            .map { "\($0.name)=\($0.value)" }
    }

    /// A running master keeps its listeners, whatever a reload reads (postfix.md 11).
    private static let needsRestart: Set<String> = ["inet_interfaces", "inet_protocols", "queue_directory"]

    public func triggers(after changes: [Change]) -> [Trigger] {
        [Trigger(changes.contains { Self.needsRestart.contains($0.subject) } ? .restart : .reload, "postfix")]
    }
}
