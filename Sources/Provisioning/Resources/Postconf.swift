import Foundation
public import RemoteShell

/// Parameters of Postfix's main.cf and of services in its master.cf, compared in meaning.
///
/// Both files are rebuilt from nothing if Postfix's programs cannot read them.
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

    public var objects: [ManagedObject] { [.file("/etc/postfix/main.cf"), .file("/etc/postfix/master.cf")] }

    /// Prints what main.cf and master.cf set (`-n`, `-P`); exits with 127 if Postfix is not installed.
    ///
    /// postconf(1) accepts values that no other program of Postfix starts with, like a bad `myhostname`. postmap(1) reads
    /// all of them, for 3 ms. Neither opens what is no regular file, as a pipe would block it.
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
        /// Parameters that main.cf has more than one entry of; the last one holds.
        var repeated: Set<String> = []
        /// What is wrong with the files themselves; a setting is not among it.
        var files = PostfixFiles()
    }

    public func observation(from answer: Completion) throws -> Observation {
        if answer.exit == 127, answer.output.isEmpty { return Observation() }
        let unreadable = UnreadableAnswer(expected: "Postfix's settings", answer: answer)
        let text = answer.text
        guard answer.exit == 0, text.hasSuffix("\n"), let end = text.dropLast().lastIndex(of: "\n"),
            let status = text[end...].wholeMatch(of: /\n== ([0-9]+)\n/)?.1
        else { throw unreadable }
        // The answer ends early if a program failed.
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

    /// Returns nil if a line is no setting.
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

    /// Lists may be parted by commas, blanks or both (postconf(5)).
    private static func meaning(_ value: String) -> [Substring] { value.split { $0 == "," || $0.isWhitespace } }

    /// Edits copies, has Postfix's programs read them, and renames them over the files: Postfix may read those at any time.
    ///
    /// `postconf -e` gives every entry of a name the new value and keeps them all; `-X` removes them.
    public func remedy(for observed: Observation) -> Script {
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
        return PostfixFiles.remedy(
            edits: edits, isDamaged: isDamaged, changesPermissions: !observed.files.permissions.isEmpty)
    }

    private func drifted(_ wanted: [Setting], _ observed: [String: String]) -> [Setting] {
        wanted.filter { setting in observed[setting.name].map(Self.meaning) != Self.meaning(setting.value) }
    }

    private static func words(_ settings: [Setting]) -> [String] { settings.map { "\($0.name)=\($0.value)" } }

    /// A running master keeps its listeners, whatever a reload reads (postfix.md 11).
    private static let needsRestart: Set<String> = ["inet_interfaces", "inet_protocols", "queue_directory"]

    public func triggers(after changes: [Change]) -> [Trigger] {
        [Trigger(changes.contains { Self.needsRestart.contains($0.subject) } ? .restart : .reload, "postfix")]
    }
}
