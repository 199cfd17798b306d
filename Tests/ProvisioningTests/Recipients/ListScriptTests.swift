import Foundation
import RemoteShell
import Testing

/// The primary's script with a program as its source; what it asks of databases is tried in the lab.
@Suite(.serialized) struct `The primary's list of recipients` {
    private let scratch = ScratchFolder()

    private func list(_ source: Data, _ words: [String]? = nil) async throws -> Completion {
        let file = scratch.path + "/source"
        try source.write(to: URL(filePath: file))
        let settings =
            ["version=ab12", "domain=a.net", "domain=b.net"] + (words ?? ["cat", file]).map { "command=\($0)" }
        try settings.map { $0 + "\n" }.joined()
            .write(toFile: scratch.path + "/settings", atomically: true, encoding: .utf8)
        return try await ProcessShell.local.run(
            "\(PullFolder.scripts + "/list-recipients") \(scratch.path + "/settings")")
    }

    @Test func `is sorted, in lower case, sealed, and of the relayed domains alone`() async throws {
        let answer = try await list(
            Data("# users\nYou@A.net\n\nada@b.net\nx@elsewhere.example\no'hara+x/y@a.net\n@b.net\n".utf8))
        #expect(answer.errorText == "")
        let lines = [
            "source command 3", "left-out 0", "catch-all b.net", "address ada@b.net", "address o'hara+x/y@a.net",
            "address you@a.net",
        ]
        #expect(try await answer.text == PullFolder().sealed(lines))
    }

    @Test(arguments: [
        ("<!DOCTYPE html>\n<html>you@a.net</html>\n", "line 1 of what command gave is no address: <!DOCTYPE html>"),
        ("you@a.net\nYOU@a.net\n", "command gave you@a.net twice"),
        ("you@elsewhere.example\n", "command gave no address of a.net b.net"),
        ("", "command gave no address of a.net b.net"),
        ("you@a.net\nyou two@a.net\n", "line 2 of what command gave is no address: you two@a.net"),
        ("you@a.net\r\n", "is no address"),
        ("you.@a.net\n", "is no address"),
    ])
    func `is none at all where its source gives`(_ source: String, said: String) async throws {
        let answer = try await list(Data(source.utf8))
        #expect(answer.exit == 1 && answer.text == "")
        #expect(answer.errorText.contains(said), "\(answer.errorText)")
    }

    @Test func `is none at all where its source gives bytes that are no UTF-8, or fails`() async throws {
        let bytes = try await list(Data("you@a.net\n".utf8) + [0xFF, 0x0A])
        #expect(bytes.exit == 1 && bytes.text == "" && bytes.errorText == "what command gave is not UTF-8\n")
        let failed = try await list(Data(), ["sh", "-c", "echo you@a.net; exit 3"])
        #expect(failed.exit == 1 && failed.text == "")
        #expect(failed.errorText == "the command ended with exit status 3\n")
    }

    @Test func `takes the words of its command for words`() async throws {
        let answer = try await list(Data(), ["printf", "%s\\n", "it's$(reboot)@a.net", "you@a.net"])
        #expect(answer.exit == 1 && answer.errorText.contains("no address: it's$(reboot)@a.net"), "\(answer.errorText)")
    }
}
