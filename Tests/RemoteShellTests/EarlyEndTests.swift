import Foundation
import Testing

@testable import RemoteShell

@Suite struct `A child process that ends before it has read its script` {
    /// Larger than a pipe's buffer, so that the write is still running when the child ends.
    private static let long = Script(stringLiteral: String(repeating: "# a line that is not read\n", count: 20_000))

    @Test(arguments: ["exit 255", "exec 0<&-; echo refused >&2; exit 255", "kill -KILL $$"])
    func `is reported by how it ended, in thirty runs`(program: String) async throws {
        let shell = ProcessShell(executable: "sh", arguments: ["-c", program])
        for _ in 1...30 {
            let completion = try await shell.run(Self.long)
            #expect(completion.exit == (program.hasPrefix("kill") ? 137 : 255))
            #expect(completion.errorText == (program.contains("refused") ? "refused\n" : ""))
        }
    }

    @Test func `is an error if the program is missing`() async throws {
        let shell = ProcessShell(executable: "mxprovision-no-such-program", arguments: [])
        await #expect(throws: ShellError.noProgram("mxprovision-no-such-program")) { try await shell.run(Self.long) }
    }
}

@Suite struct `Large texts` {
    @Test func `are transferred in both directions`() async throws {
        let word = String(repeating: "0123456789abcdef", count: 256 << 10)
        let completion = try await ProcessShell.local.run("printf %s \(word)")
        #expect(completion.output == Data(word.utf8))
    }

    @Test func `fill both outputs without a deadlock`() async throws {
        let completion = try await ProcessShell.local.run(
            "head -c 3000000 /dev/zero >&2 & head -c 5000000 /dev/zero; wait")
        #expect(completion.output.count == 5_000_000)
        #expect(completion.errors.count == 3_000_000)
    }

    @Test func `over the limit are rejected`() async throws {
        await #expect(throws: ShellError.flooded(host: "this machine", limit: ProcessShell.limit)) {
            try await ProcessShell.local.run("head -c 70000000 /dev/zero")
        }
    }
}
