import Foundation
import Testing

@testable import RemoteShell

@Suite struct `A child that ends before it has read its script` {
    /// More than a pipe holds, so that the write is still under way when the child ends.
    private static let long = Script(stringLiteral: String(repeating: "# a line that nobody reads\n", count: 20_000))

    @Test(arguments: ["exit 255", "exec 0<&-; echo refused >&2; exit 255", "kill -KILL $$"])
    func `is told of by how it ended, thirty times over`(program: String) async throws {
        let shell = ProcessShell(executable: "sh", arguments: ["-c", program])
        for _ in 1...30 {
            let completion = try await shell.run(Self.long)
            #expect(completion.exit == (program.hasPrefix("kill") ? 137 : 255))
            #expect(completion.errorText == (program.contains("refused") ? "refused\n" : ""))
        }
    }

    @Test func `is no success where it is there no longer`() async throws {
        let shell = ProcessShell(executable: "mxprovision-no-such-program", arguments: [])
        await #expect(throws: ShellError.noProgram("mxprovision-no-such-program")) { try await shell.run(Self.long) }
    }
}

@Suite struct `Large texts` {
    @Test func `come through in both directions`() async throws {
        let word = String(repeating: "0123456789abcdef", count: 256 << 10)
        let completion = try await ProcessShell.local.run("printf %s \(word)")
        #expect(completion.output == Data(word.utf8))
    }

    @Test func `fill both outputs at once without a standstill`() async throws {
        let completion = try await ProcessShell.local.run(
            "head -c 3000000 /dev/zero >&2 & head -c 5000000 /dev/zero; wait")
        #expect(completion.output.count == 5_000_000)
        #expect(completion.errors.count == 3_000_000)
    }

    @Test func `that are more than anybody asks for are refused`() async throws {
        await #expect(throws: ShellError.flooded(host: "this machine", limit: ProcessShell.limit)) {
            try await ProcessShell.local.run("head -c 70000000 /dev/zero")
        }
    }
}
