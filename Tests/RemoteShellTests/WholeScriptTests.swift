import Foundation
import Testing

@testable import RemoteShell

@Suite struct `A truncated script` {
    @Test func `is not started, wherever it ends`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        let text = ProcessShell.whole(
            """
            touch \(folder.path("first"))
            cat >\(folder.path("second")) <<'END'
            text
            END
            (
            rm -rf \(folder.path("bin"))/nothing/here
            )
            """
        )
        // It is complete even without its last newline.
        for length in 0..<text.utf8.count - 1 {
            let cut = Script(stringLiteral: String(decoding: text.utf8.prefix(length), as: UTF8.self))
            _ = try await ProcessShell(executable: "sh", arguments: ["-c", "printf %s \"$1\" | sh", "-", cut.text]).run(
                "")
            let written = ["first", "second"].filter { FileManager.default.fileExists(atPath: folder.path($0)) }
            try #require(written == [], "cut at \(length)")
        }
        _ = try await ProcessShell(executable: "sh", arguments: ["-c", "printf %s \"$1\" | sh", "-", text]).run("")
        #expect(try String(contentsOfFile: folder.path("second"), encoding: .utf8) == "text\n")
    }

    @Test(arguments: ["", "\n", "# nothing but a comment", "true\n# and one at the end"] as [Script])
    func `prints nothing if it has no command`(script: Script) async throws {
        #expect(try await ProcessShell.local.run(script) == CommandResult(exit: 0))
    }

    @Test func `does not read input after itself`() async throws {
        #expect(try await ProcessShell.local.run("cat; echo end").text == "end\n")
    }
}
