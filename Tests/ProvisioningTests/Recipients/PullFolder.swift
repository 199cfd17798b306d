import Foundation
import RemoteShell
import TestSupport
import Testing

/// A folder in which the guest's script runs as in a guest. Its ssh returns a prepared answer, and its postmap stores
/// tables as text.
final class PullFolder: Sendable {
    static let scripts = URL(filePath: #filePath).appending(path: "../../../../Playbooks/files").standardizedFileURL
        .path(percentEncoded: false)

    private let scratch = ScratchFolder()
    var path: String { scratch.path }
    var map: String { path + "/postfix/relay_recipients" }

    init() throws {
        for folder in ["bin", "postfix", "settings", "state"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        try put(
            "settings/settings",
            """
            host=10.1.0.12
            port=22
            user=mxprovision
            timeout=2
            state=\(path)/state
            map=\(map)
            stale_map=\(path)/postfix/stale
            type=hash
            stale=86400
            domain=a.net
            domain=b.net

            """)
        try put("settings/listed", "postmaster@a.net\nabuse@a.net\npostmaster@b.net\nabuse@b.net\n")
        try program(
            "ssh",
            "cat \(path)/said >&2; [ ! -e \(path)/stalls ] || tail -f /dev/null; cat \(path)/answer; exit $(cat \(path)/exit)"
        )
        try program(
            "postmap",
            """
            case $1 in
            -s) exec cat "${2#*:}.db" ;;
            -q) awk -v key="$2" '$1 == key { print $2; found = 1 } END { exit !found }' "${3#*:}.db" ;;
            *) if [ -e \(path)/forgets ]; then sed 1d "${1#*:}"; else cat "${1#*:}"; fi >"${1#*:}.db" ;;
            esac
            """)
        try answer("")
    }

    func put(_ name: String, _ text: String) throws { try put(name, Data(text.utf8)) }
    func put(_ name: String, _ data: Data) throws { try data.write(to: URL(filePath: "\(path)/\(name)")) }
    func read(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
    func add(toSettings line: String) throws {
        try put("settings/settings", (read("settings/settings") ?? "") + line + "\n")
    }

    private func program(_ name: String, _ body: String) throws {
        try put("bin/\(name)", "#!/bin/sh\n\(body)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(path)/bin/\(name)")
    }

    /// Sets the primary's next answer.
    func answer(_ answer: Data, exit: Int = 0, said: String = "") throws {
        try put("answer", answer)
        try put("exit", String(exit))
        try put("said", said)
    }
    func answer(_ text: String, exit: Int = 0, said: String = "") throws {
        try answer(Data(text.utf8), exit: exit, said: said)
    }

    /// Returns the lines with a header and a checksum, in the format of the primary's script.
    func sealed(_ lines: [String], version: String = "ab12") async throws -> String {
        let body = (["mxprovision-recipients 1 \(version)"] + lines).map { $0 + "\n" }.joined()
        let sum = try await ProcessShell.local.run("printf %s \(body) | sha256sum").text.prefix(64)
        return body + "end \(lines.count { $0.hasPrefix("address ") }) \(sum)\n"
    }

    func sealed(addresses: [String]) async throws -> String {
        try await sealed(["source command \(addresses.count)", "left-out 0"] + addresses.map { "address \($0)" })
    }

    @discardableResult
    func run(_ words: String...) async throws -> CommandResult {
        try await ProcessShell.local.run(
            "PATH=\(path + "/bin"):$PATH; \(Self.scripts + "/pull-recipients") \(words) \(path + "/settings")")
    }

    /// The live table and its database: content, inode and time of change.
    func live() async throws -> String {
        try await ProcessShell.local.run(
            "cd \(path + "/postfix"); for f in relay_recipients relay_recipients.db; do sha256sum $f; stat -c '%i %Z %z' $f; done"
        ).text
    }

    var entries: [String] {
        (read("postfix/relay_recipients.db") ?? "").split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    }
    var trouble: String? {
        read("state/trouble").map { $0.split(separator: " ").dropFirst().prefix(1).joined() }
    }
}
