import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources
@testable import Secrets

@Suite struct `A secret source` {
    let scratch = ScratchFolder()
    let environment = ["PATH": "/usr/bin:/bin", "TOKEN": "s3cret", "BLANK": "", "LINES": "a\nb"]

    private func file(_ text: String, mode: Int) throws -> String {
        let path = scratch.path + "/token"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func error(of source: SecretSource) -> SecretError? {
        do {
            _ = try source.read(environment: environment)
            return nil
        } catch { return error }
    }

    @Test func `can be an environment variable`() throws {
        #expect(try SecretSource.environment("TOKEN").read(environment: environment).reveal() == "s3cret")
    }

    @Test(arguments: [0o600, 0o400])
    func `can be a private file; its trailing newline is removed`(mode: Int) throws {
        let source = SecretSource.file(path: try file("s3cret\n", mode: mode))
        #expect(try source.read(environment: environment).reveal() == "s3cret")
    }

    @Test(arguments: ["s3cret", "s3cret\r\n", "\u{FEFF}s3cret\r\n", "s3cret\r", "s3cret \t\n", "s3cret\n\n"])
    func `can be written by any editor`(text: String) throws {
        let source = SecretSource.file(path: try file(text, mode: 0o600))
        #expect(try source.read(environment: environment).reveal() == "s3cret")
    }

    @Test(arguments: [0o644, 0o640, 0o620, 0o601])
    func `is refused if other users can access the file`(mode: Int) throws {
        let path = try file("s3cret\n", mode: mode)
        let error = error(of: .file(path: path))
        #expect(error == .exposedFile(path, mode: mode))
        #expect(error?.recoverySuggestion == "Run `chmod 600 \(path)`.")
        #expect(error?.failureReason == "mode 0\(String(mode, radix: 8))")
    }

    @Test func `is refused if it is a folder or missing`() {
        #expect(
            error(of: .file(path: scratch.path)) == .unreadableFile(scratch.path, reason: "it is not a regular file"))
        let missing = scratch.path + "/missing"
        #expect(error(of: .file(path: missing)) == .unreadableFile(missing, reason: "No such file or directory"))
    }

    /// A shell would split the second argument into three words and run the third as a command.
    @Test func `can be a program's output; no shell parses its arguments`() throws {
        let source = SecretSource.command(["printf", "%s-%s", "a b c", "$(id)"])
        #expect(try source.read(environment: environment).reveal() == "a b c-$(id)")
    }

    @Test(arguments: [
        (["false"], "exit status 1"),
        (["sh", "-c", "kill -9 $$"], "it was ended by signal 9"),
        (["no-such-program"], "program not found"),
    ])
    func `is refused if the program fails`(words: [String], reason: String) {
        #expect(error(of: .command(words)) == .commandFailed(words[0], reason: reason))
    }

    @Test(arguments: [
        (SecretSource.environment("BLANK"), SecretError.Flaw.empty),
        (.environment("LINES"), .severalLines),
        (.command(["printf", "a\\r\\nHost: x"]), .severalLines),
        (.command(["printf", "a\\rHost: x"]), .severalLines),
        (.command(["printf", "\\377\\376a\\000"]), .utf16),
        (.command(["printf", "s3\\302\\240cret"]), .invisible("\\u{A0}")),
        (.command(["printf", "s3cret\\342\\200\\213\\n"]), .invisible("\\u{200B}")),
        (.command(["printf", "\\377"]), .notText),
        (.command(["head", "-c", "100000", "/dev/zero"]), .notText),
        (.command(["true"]), .empty),
    ])
    func `returns one line of text or an error`(source: SecretSource, flaw: SecretError.Flaw) {
        #expect(error(of: source) == .unusable(source, flaw))
    }

    @Test func `reports the name of a missing variable`() {
        let error = error(of: .environment("MXPROVISION_TOKEN"))
        #expect(error == .missingVariable("MXPROVISION_TOKEN"))
        #expect(
            error?.errorDescription == "the environment variable `MXPROVISION_TOKEN` for a secret is not set"
        )
    }
}
