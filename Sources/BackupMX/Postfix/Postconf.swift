import Alerts
public import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
public import RemoteShell
public import Resources
import Sites

/// Parameters of Postfix's main.cf and of services in its master.cf, compared by meaning.
///
/// Both files are rebuilt from scratch if Postfix's programs cannot read them.
public struct Postconf: Resource {
    public static let kind = "postconf"
    /// The parameters of main.cf, in the playbook's order.
    public let parameters: [Setting]
    /// The `-o` options of master.cf, named `relay/unix/soft_bounce` as in `postconf -P`.
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
            parameters.wrong(nil, "`postconf` is empty; expected `parameters` or `services`")
        }
        for setting in self.parameters where !Self.parameter.fits(setting.name) {
            parameters.wrong("parameters", "`\(setting.name)` is not a valid name of a Postfix parameter")
        }
        for setting in services where !Self.service.fits(setting.name) {
            parameters.wrong(
                "services", "`\(setting.name)` is not a valid name; expected a form like `relay/unix/soft_bounce`")
        }
        for setting in self.parameters + services where setting.value.contains(where: { $0.isNewline || $0 == "\0" }) {
            parameters.wrong(nil, "the value of `\(setting.name)` contains a line break or a NUL")
        }
        parameters.finish()
    }

    public var objects: [ManagedObject] { [.file("/etc/postfix/main.cf"), .file("/etc/postfix/master.cf")] }

    /// Prints the settings of main.cf and master.cf (`-n`, `-P`). Exits with 127 if Postfix is not installed.
    ///
    /// postconf(1) accepts values with which no other program of Postfix starts, such as an invalid `myhostname`.
    /// postmap(1) reads all of them, and takes 3 ms. The probe opens only regular files, because a pipe would block it.
    public let probe: Script = """
        command -v postconf >/dev/null || exit 127
        stat -c '%n %a %U:%G %F' \(PostfixFiles.watched) 2>/dev/null
        echo ==
        status=1
        if [ -f /etc/postfix/main.cf ] && [ -f /etc/postfix/master.cf ]; then
            grep -a '^[^#[:space:]]' /etc/postfix/master.cf
            echo ==
            postconf -n && echo == && postconf -P && echo == && postmap -q a 'inline:{a=b}' >/dev/null
            status=$?
        fi
        echo "== $status"
        """

    public struct Observation: Sendable, Equatable {
        var parameters: [String: String] = [:]
        var services: [String: String] = [:]
        /// Parameters with more than one entry in main.cf, of which the last one is effective.
        var repeated: Set<String> = []
        /// The problems of the files themselves, not of settings.
        var files = PostfixFiles()
    }

    public func observation(from answer: CommandResult) throws -> Observation {
        if answer.exit == 127, answer.output.isEmpty { return Observation() }
        let unreadable = UnreadableAnswer(expected: "Postfix's settings", answer: answer)
        let text = answer.text
        guard answer.exit == 0, text.hasSuffix("\n"), let end = text.dropLast().lastIndex(of: "\n"),
            let status = text[end...].wholeMatch(of: /\n== ([0-9]+)\n/)?.1
        else { throw unreadable }
        // The output ends early if a program failed.
        let lines = text[..<end].split(separator: "\n", omittingEmptySubsequences: false)
        let parts = lines.split(separator: "==", omittingEmptySubsequences: false).map { $0.joined(separator: "\n") }
        guard parts.count >= 2, parts.count <= 5, status != "0" || parts.count == 5 else { throw unreadable }
        guard var files = PostfixFiles(parts[0]) else { throw unreadable }
        var observed = Observation()
        if parts.count > 2 { files.read(masterEntries: parts[1]) }
        if parts.count > 3 {
            guard let settings = Self.settings(in: parts[2]) else { throw unreadable }
            observed.parameters = settings
        }
        if parts.count > 4 {
            guard let settings = Self.settings(in: parts[3]) else { throw unreadable }
            observed.services = settings
        }
        if status != "0", files.damages.isEmpty {
            files.damages.append(PostfixFiles.damage(after: answer.errorText))
        }
        observed.repeated = answer.named(/overriding earlier entry: ([A-Za-z0-9_]+)=/)
        observed.files = files
        return observed
    }

    /// Returns nil if a line is not a setting.
    private static func settings(in text: String) -> [String: String]? {
        var settings: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            settings[parts[0].trimmingCharacters(in: .whitespaces)] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return settings
    }

    public func changes(from observed: Observation) -> [Change] {
        observed.files.changes + Self.changes(parameters, observed.parameters)
            + Self.changes(services, observed.services)
            + observed.repeated.sorted().map { Change($0, from: "more than one entry in main.cf", to: "one entry") }
    }

    private static func changes(_ wanted: [Setting], _ observed: [String: String]) -> [Change] {
        wanted.compactMap { setting in
            let before = observed[setting.name]
            guard before.map(meaning) != meaning(setting.value) else { return nil }
            return Change(setting.name, from: before, to: setting.value)
        }
    }

    /// Splits a list: commas, blanks or both separate its items (postconf(5)).
    private static func meaning(_ value: String) -> [Substring] { value.split { $0 == "," || $0.isWhitespace } }

    /// Returns the repair script. It edits copies, checks that Postfix's programs can read them, and renames them over
    /// the files, because Postfix may read these at any time.
    ///
    /// `postconf -e` sets every entry of a name to the new value and keeps them all; `-X` removes them.
    public func repair(for observed: Observation) -> Script {
        let isDamaged = !observed.files.damages.isEmpty
        let main = isDamaged ? Self.words(parameters) : Self.words(drifted(parameters, observed.parameters))
        let master = isDamaged ? Self.words(services) : Self.words(drifted(services, observed.services))
        let once = observed.repeated.sorted().compactMap { name in observed.parameters[name].map { "\(name)=\($0)" } }
        let merge: Script =
            once.isEmpty || isDamaged
            ? ""
            : """
            postconf -c "$d" -X \(observed.repeated.sorted()) &&
                postconf -c "$d" -e \(once) &&

            """
        let editMain: Script = main.isEmpty ? ":" : "postconf -c \"$d\" -e \(main)"
        let editMaster: Script = master.isEmpty ? ":" : "postconf -c \"$d\" -P \(master)"
        let edits: Script = """
            edit() {
                \(merge)\(editMain) && \(editMaster)
            }
            """
        return PostfixFiles.repair(
            edits: edits, isDamaged: isDamaged, changesPermissions: !observed.files.permissions.isEmpty)
    }

    private func drifted(_ wanted: [Setting], _ observed: [String: String]) -> [Setting] {
        wanted.filter { setting in observed[setting.name].map(Self.meaning) != Self.meaning(setting.value) }
    }

    private static func words(_ settings: [Setting]) -> [String] { settings.map { "\($0.name)=\($0.value)" } }

    /// The parameters that need a restart. A running master keeps its listeners after a reload (postfix.md 11).
    private static let needsRestart: Set<String> = ["inet_interfaces", "inet_protocols", "queue_directory"]

    public func triggers(after changes: [Change]) -> [Handler] {
        [Handler(changes.contains { Self.needsRestart.contains($0.subject) } ? .restart : .reload, "postfix")]
    }
}
