import Foundation
import TestSupport
import Testing

@testable import Resources

/// A closed pipe and a full disk end the output, not the command.
@Suite struct `Output that cannot be written` {
    private static let commands = [
        ["--help"], ["--version"], ["up", "--help"], ["plan", "--offline", "--all"],
        ["plan", "--offline", "--all", "--json"],
        ["history", "secondary"], ["recipients", "secondary", "--json"], ["bogus"], ["up", "--bogus"],
    ]

    private let mxprovision: Command

    init() throws { mxprovision = try Command() }

    /// Returns the exit status of a command with a redirection of its output.
    private func status(_ words: [String], _ redirection: String) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        let program = try #require(Bundle.main.executableURL).deletingLastPathComponent().appending(path: "mxprovision")
        process.arguments = ["-c", "\"$0\" \"$@\" \(redirection)", program.path] + words
        process.currentDirectoryURL = URL(filePath: mxprovision.folder)
        process.environment = ["HOME": mxprovision.folder, "PATH": "/usr/bin:/bin", "MXPROVISION_TOKEN": "x"]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try await process.runToEnd()
        try #require(process.terminationReason == .exit, "\(words) \(redirection) was ended by a signal")
        return process.terminationStatus
    }

    @Test(arguments: commands) func `does not change the exit status of a command`(words: [String]) async throws {
        let expected = try await status(words, "")
        for redirection in [
            "| head -c 1; exit ${PIPESTATUS[0]}", "| true; exit ${PIPESTATUS[0]}", ">&-", "2>&-", ">&- 2>&-", "<&- >&-",
        ] {
            #expect(try await status(words, redirection) == expected, "\(redirection)")
        }
        #expect(try await status(words, "2>/dev/full") == expected)
        // Missing output is a separate failure.
        #expect([expected, 1].contains(try await status(words, ">/dev/full")))
    }

    @Test func `is reported if the disk is full`() async throws {
        #expect(try await status(["--version"], ">/dev/full") == 1)
        #expect(try await status(["plan", "--offline", "--all"], ">/dev/full") == 1)
    }
}
