import Foundation
import TestSupport
import Testing

@testable import Resources

/// The files in /tmp that remain of a command with a host, however it ends. A fake ssh precedes the real one.
@Suite(.timeLimit(.minutes(10))) struct `The folder of an ssh connection` {
    private let mxprovision: Command

    init() throws {
        mxprovision = try Command()
        let path = "Inventory/three-sites.yml"
        let text = try String(contentsOfFile: "\(mxprovision.folder)/\(path)", encoding: .utf8)
            .replacing("address: 10.3.0.2\n", with: "address: 127.0.0.1\n      port: 1\n")
            .replacing("      via: node\n", with: "      via: node\n      identity: \(mxprovision.folder)/identity\n")
            .replacing(
                #/login:.*\n.*user: .*\n.*file: .*\n/#,
                with: "token: {id: a@pve!up, env: MXPROVISION_TOKEN}\n")
        try mxprovision.write(text, to: path)
        try mxprovision.write("no key\n", to: "identity")
        try mxprovision.write("", to: "folders")
        try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
        _ = mkfifo(folder + "/started", 0o600)
    }

    private var folder: String { mxprovision.folder }
    private var variables: [String: String] { ["PATH": "\(folder)/bin:/usr/bin:/bin"] }
    private static let words = ["doctor", "tertiary"]

    /// Records the path of its configuration, and then runs a script.
    private func makeSSH(_ then: String) throws {
        let text = """
            #!/bin/sh
            # `ssh -Q key` goes nowhere.
            [ "$1" != -Q ] || exit 0
            for word; do [ "$last" != -F ] || echo "${word%/*}" >>\(folder)/folders; last=$word; done
            \(then)

            """
        try mxprovision.write(text, to: "bin/ssh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/bin/ssh")
    }

    /// The folders that ssh clients have used so far.
    private func folders() throws -> [String] {
        try String(contentsOfFile: "\(folder)/folders", encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func run(_ program: String, _ words: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ["HOME": folder, "USER": "ada", "MXPROVISION_TOKEN": "x"].merging(variables) { $1 }
        try process.run()
        return process
    }

    /// Runs a command whose ssh hangs, and sends it signals once ssh has started.
    private func stop(by signals: [Int32]) async throws -> Process {
        try makeSSH("echo $$ >>\(folder)/clients; echo >\(folder)/started; exec sleep 300")
        let program = try #require(Bundle.main.executableURL).deletingLastPathComponent().appending(path: "mxprovision")
        // Under nohup(1), the tests ignore SIGHUP, and children inherit that.
        let process = try run("/usr/bin/env", ["--default-signal", program.path] + Self.words)
        try await run("/usr/bin/timeout", ["30", "cat", "\(folder)/started"]).end()
        for signal in signals { kill(process.processIdentifier, signal) }
        await process.end()
        return process
    }

    @Test func `is removed when a login fails`() async throws {
        defer { mxprovision.remove() }
        try makeSSH("echo 'root@127.0.0.1: Permission denied (publickey).' >&2; exit 255")
        let outcome = try await mxprovision(Self.words, with: variables)
        #expect(outcome.output.contains("Permission denied"), "\(outcome)")
        #expect(try !folders().isEmpty)
        for path in try folders() { #expect(!FileManager.default.fileExists(atPath: path), "\(path)") }
    }

    @Test(arguments: [[SIGINT], [SIGTERM], [SIGHUP], [SIGINT, SIGINT], [SIGTERM, SIGTERM]])
    func `is removed when the command is stopped`(signals: [Int32]) async throws {
        defer { mxprovision.remove() }
        #expect(try await stop(by: signals).terminationStatus == 130)
        #expect(try !folders().isEmpty)
        for path in try folders() { #expect(!FileManager.default.fileExists(atPath: path), "\(path)") }
    }

    @Test func `is removed by the next command when the process was killed`() async throws {
        defer { mxprovision.remove() }
        #expect(try await stop(by: [SIGKILL]).terminationReason == .uncaughtSignal)
        for client in try String(contentsOfFile: "\(folder)/clients", encoding: .utf8).split(separator: "\n") {
            if let client = pid_t(client) { kill(client, SIGKILL) }
        }
        let left = try folders()
        #expect(left.contains { FileManager.default.fileExists(atPath: $0) })
        try makeSSH("exit 255")
        _ = try await mxprovision(Self.words, with: variables)
        for path in left { #expect(!FileManager.default.fileExists(atPath: path), "\(path)") }
    }
}
