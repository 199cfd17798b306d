import Alerts
import BackupMX
import ConfigurationFiles
import Foundation
import Sites
import TestSupport
import Testing

@testable import Engine
@testable import Resources
@testable import mxprovision

@Suite(.timeLimit(.minutes(10))) struct `The progress line` {
    @Test func `shows the step and the time within the terminal's width`() {
        #expect(ProgressLine.text("packages", after: .milliseconds(900), width: 80) == nil)
        #expect(ProgressLine.text("packages", after: .milliseconds(12_340), width: 80) == "  … packages  12.3 s")
        let long = ProgressLine.text(String(repeating: "x", count: 200) + "\u{1B}[2J", after: .seconds(61), width: 40)
        #expect(long.map { $0.columns <= 39 && !$0.contains("\u{1B}") } == true)
    }

    private static let apt = "Unpacking postfix (3.7.11-0+deb12u1) ..."

    @Test(arguments: [
        (80, apt, "  … packages  12.3 s  Unpacking postfix (3.7.11-0+deb12u1) ..."),
        (40, apt, "  … packages  12.3 s  Unpacking postfi…"), (31, apt, "  … packages  12.3 s  Unpacki…"),
        (30, apt, "  … packages  12.3 s"), (21, apt, "  … packages  12.3 s"), (20, apt, "  … packag…  12.3 s"),
        (26, "", "  … packages  12.3 s"), (26, "ok", "  … packages  12.3 s  ok"),
        (80, "a\nb\u{2028}\u{202E}c\u{1B}[2J", "  … packages  12.3 s  a b\\u{2028}\\u{202E}c\\u{1B}[2J"),
    ])
    func `shows the last line of the output after the time`(width: Int, output: String, line: String) {
        #expect(
            ProgressLine.text("packages", output: output, after: .milliseconds(12_340), width: width) == line)
        #expect(line.columns < width)
    }

    @Test func `keeps the time of a step while its output changes`() {
        var content = ProgressLine.Content()
        content.note(.changing(step: "packages", []))
        let since = content.since
        content.note(RunningStep(name: "packages", output: "one"))
        content.note(RunningStep(name: "packages", output: "two"))
        #expect(content.text == "packages" && content.output == "two" && content.since == since)
        content.note(RunningStep(name: "main.cf", output: ""))
        #expect(content.text == "main.cf" && content.output == "" && content.since > since)
        content.note(RunningStep(name: "main.cf", output: "three"))
        content.note(.changed(step: "packages", [], took: .zero))
        #expect(content.text == "working" && content.output == "")
    }

    /// Runs a command on its own terminal. The node accepts the connection and does not respond.
    private func output(_ words: String, terminal: String, with variables: [String: String] = [:]) async throws
        -> String
    {
        let mxprovision = try Command()
        defer { mxprovision.remove() }
        let (descriptor, port) = try silentPort()
        defer { close(descriptor) }
        let path = mxprovision.folder + "/Inventory/three-sites.yml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try mxprovision.write(text.replacing("port: 1 ", with: "port: \(port) "), to: "Inventory/three-sites.yml")
        let program = try #require(Bundle.main.executableURL).deletingLastPathComponent().appending(path: "mxprovision")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/script")
        process.arguments = ["-qfec", "timeout -s INT 5 \(program.path) \(words)", "terminal"]
        process.currentDirectoryURL = URL(filePath: mxprovision.folder)
        process.environment = [
            "HOME": mxprovision.folder, "PATH": "/usr/bin:/bin", "MXPROVISION_TOKEN": "x", "TERM": terminal,
            "SHELL": "/bin/sh",
        ].merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try await process.runToEnd()
        return try String(contentsOfFile: mxprovision.folder + "/terminal", encoding: .utf8)
    }

    private func silentPort() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    ? getsockname(descriptor, $0, &length) : -1
            }
        }
        try #require(status == 0)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    @Test func `is updated on a terminal`() async throws {
        let text = try await output("plan secondary", terminal: "xterm")
        let times = Set(text.matches(of: #/  … .*  ([0-9]+\.[0-9]) s/#).map { String($0.1) })
        #expect(times.count > 1, "\(text)")
    }

    @Test(arguments: [
        ("plan secondary", "dumb", [:]), ("plan secondary", "xterm", ["NO_COLOR": "1"]),
        ("plan --json secondary", "xterm", [:]),
    ])
    func `is not shown without a terminal`(words: String, terminal: String, variables: [String: String]) async throws {
        let text = try await output(words, terminal: terminal, with: variables)
        #expect(!text.contains("\u{1B}") && !text.contains(" … working"), "\(text)")
    }
}
