import Foundation
import HTTPTransport
import ProxmoxAPI
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

@Suite struct `A command that users are told to type` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../..").standardizedFileURL

    /// All pages of the root folder and of `docs`.
    static var pages: [String] {
        ["", "docs/"].flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
            return names.filter { $0.hasSuffix(".md") }.map { folder + $0 }.sorted()
        }
    }

    /// The pages that must have shell blocks, each with the least number of them.
    private static let leastBlocks = ["README.md": 3, "docs/getting-started.md": 8, "CONTRIBUTING.md": 2]

    @Test func `is checked on all pages`() {
        let expected = [
            "README.md", "CONTRIBUTING.md", "docs/getting-started.md", "docs/inventory.md", "docs/playbooks.md",
            "docs/backup-mx.md", "docs/operations.md", "docs/security.md",
        ]
        #expect(Set(Self.pages).isSuperset(of: expected), "\(Self.pages)")
    }

    @Test(arguments: pages)
    func `on a page can be pasted into interactive bash`(_ page: String) async throws {
        let text = try String(contentsOf: Self.root.appending(path: page), encoding: .utf8)
        let blocks = ShownCommands.blocks(inMarkdown: text)
        for command in blocks + ShownCommands.inline(in: text) {
            let result = try await PastedShell().paste(command)
            #expect(result.complaints == [] && !result.calls.isEmpty, "\(command)")
        }
        #expect(blocks.count >= Self.leastBlocks[page] ?? 0, "\(blocks)")
    }

    /// The smallest rights, for the user and for the token.
    @Test func `in the guide grants each privilege to the user and to the token`() async throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/getting-started.md"), encoding: .utf8)
        let block = try #require(ShownCommands.blocks(inMarkdown: text).first { $0.contains("pveum acl") })
        let calls = try await PastedShell().paste(block).calls
        let subjects = [["--users", "mxprovision@pve"], ["--tokens", "mxprovision@pve!up"]]
        let rights = [
            ("/pool/sites", "SiteHost"), ("/vms/100", "PVETemplateUser"), ("/storage/local-lvm", "SiteStore"),
            ("/sdn/zones/localnetwork/vmbr0", "SiteBridge"),
        ]
        for subject in subjects {
            for (path, role) in rights {
                #expect(calls.contains(["pveum", "acl", "modify", path] + subject + ["--roles", role]), "\(calls)")
            }
        }
        #expect(calls.contains(["pveum", "user", "token", "add", "mxprovision@pve", "up", "--privsep", "1"]))
    }

    /// Checks every command in a text of the program, with a sample for each value.
    @Test func `in a message can be pasted into interactive bash`() async throws {
        let sources = Self.root.appending(path: "Sources")
        var commands: Set<String> = []
        let files = try #require(FileManager.default.enumerator(atPath: sources.path))
        for case let file as String in files where file.hasSuffix(".swift") && !file.hasPrefix("pvelab") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                commands.formUnion(ShownCommands.inline(in: Self.withSamples(String(line))))
            }
        }
        #expect(commands.count >= 40)
        for command in commands {
            #expect(!command.contains("…"), "\(command)")
            let result = try await PastedShell().paste(command)
            #expect(result.complaints == [] && !result.calls.isEmpty, "\(command)")
        }
    }

    /// Returns the text that a line of Swift produces: escapes resolved, `sample` for each value.
    private static func withSamples(_ line: String) -> String {
        var text = ""
        var rest = line[...]
        while let character = rest.popFirst() {
            guard character == "\\", let next = rest.popFirst() else {
                text.append(character)
                continue
            }
            guard next == "(" else {
                text.append(next)
                continue
            }
            var depth = 1
            while depth > 0, let inner = rest.popFirst() { depth += inner == "(" ? 1 : inner == ")" ? -1 : 0 }
            text += "sample"
        }
        return text
    }

    static let hostile = [
        "a!b@pve", "o'brien@pam", "a$HOME@pve", "a`id`b@pve", "a;id@pve", "dom\\user@ad", "a\"b@pve", "a*b@pve",
        "a#b@pve", "~a@pve",
        "a&b@pve", "!!@pve", "'@pve",
    ]

    /// User names from a directory service may contain almost any character.
    @Test(arguments: hostile)
    func `contains a user name as one word`(_ user: String) async throws {
        let endpoint = Endpoint(host: "pve", port: 8006)
        let right = Right("VM.Audit", on: "/pool/sites/mail")
        let messages = [
            APIError.unauthorized(endpoint, who: user + "!up", reason: "x").recoverySuggestion,
            APIError.unauthorized(endpoint, who: user, reason: "the user has a second factor").recoverySuggestion,
            APIError.forbidden(who: user + "!up", path: "/vms/110", privileges: "VM.Audit", reason: "x")
                .recoverySuggestion,
        ]
        for message in messages.compactMap(\.self) {
            let command = try #require(
                Self.commands(in: message).first { $0.contains("pveum user") || $0.contains("acl") })
            let result = try await PastedShell().paste(command)
            #expect(result.complaints == [] && result.calls.count == 1 && result.calls[0].contains(user), "\(command)")
        }
        let granting = Right.commands(granting: [right], to: user + "!up").joined(separator: "\n")
        let result = try await PastedShell().paste(granting)
        #expect(result.complaints == [], "\(granting)")
        #expect(
            result.calls.last == [
                "pveum", "acl", "modify", right.path, "--roles", "mxprovision-VM.Audit", "--users", user, "--tokens",
                user + "!up",
            ], "\(result)")
    }

    @Test(arguments: ["/home/a b/x", "/home/it's", "/x!y", "/x$HOME", "/x;id", "/x\"y", "/x*"])
    func `contains a path as one word`(_ path: String) async throws {
        let messages = [
            (StateError.exposed(path: path, mode: 0o644).recoverySuggestion, ["chmod", "600", path]),
            (SecretError.exposedFile(path, mode: 0o644).recoverySuggestion, ["chmod", "600", path]),
        ]
        for (message, words) in messages {
            let command = try #require(Self.commands(in: message ?? "").first)
            let result = try await PastedShell().paste(command)
            #expect(result.complaints == [] && result.calls == [words], "\(command)")
        }
    }

    /// The commands in a message. A backtick that belongs to a command is within single quotes.
    private static func commands(in message: String) -> [String] {
        message.matches(of: /`((?:[^`'\\]|\\.|'[^']*')+)`/).map { String($0.output.1) }
    }
}
