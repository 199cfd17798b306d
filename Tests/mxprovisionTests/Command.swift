import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Resources

/// The binary, run in its own folder with the example inventory and the standard playbook. No node responds.
struct Command: Sendable {
    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "mxp-command-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder + "/Inventory", withIntermediateDirectories: true)
        let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized.path
        let inventory = try String(contentsOfFile: repository + "/Inventory/three-sites.yml", encoding: .utf8)
        // Port 1 of loopback is closed.
        let nowhere = inventory.replacing(/address: pve\d[.a-z]+/, with: "address: 127.0.0.1")
            .replacing("port: 8006", with: "port: 1")
        try write(nowhere, to: "Inventory/three-sites.yml")
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/Playbooks", withDestinationPath: repository + "/Playbooks")
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    /// Runs `mxprovision`, which has no terminal. Compares its output with the schema if it is JSON.
    ///
    /// - Parameter variables: environment variables that replace or extend the usual ones.
    func callAsFunction(_ words: [String], with variables: [String: String] = [:]) async throws -> Outcome {
        let process = Process()
        process.executableURL = try #require(Bundle.main.executableURL)
            .deletingLastPathComponent().appending(path: "mxprovision")
        process.arguments = words
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = [
            "HOME": folder, "PATH": "/usr/bin:/bin", "USER": "ada", "MXPROVISION_TOKEN": UUID().uuidString,
        ].merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        let texts = [folder + "/stdout", folder + "/stderr"]
        for path in texts { try Data().write(to: URL(filePath: path)) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: texts[0]))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: texts[1]))
        try await process.runToEnd()
        let outcome = Outcome(
            status: process.terminationStatus,
            output: try String(contentsOfFile: texts[0], encoding: .utf8),
            errors: try String(contentsOfFile: texts[1], encoding: .utf8))
        if words.contains("--json") {
            let errors = try await EventSchema().errors(in: outcome.output)
            #expect(errors == "", "\(words): \(outcome.output)")
        }
        return outcome
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
