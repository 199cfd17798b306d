import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

/// The guest's program that checks the primary, with replacements for the programs that print the host's name.
@Suite(.timeLimit(.minutes(10))) struct `The check of the primary` {
    private let scratch = ScratchFolder()

    private func program(_ name: String, _ script: String) throws {
        let path = "\(scratch.path)/\(name)"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// No server listens on port 1 of loopback.
    private func check(greetingWith name: String) async throws -> String {
        let file = URL(filePath: #filePath).appending(path: "../../../../Playbooks/files/primary-state")
            .standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [file.path, "127.0.0.1", "1", "127.0.0.1", name]
        process.environment = ["PATH": "\(scratch.path):/usr/bin:/bin"]
        return try await process.output()
    }

    /// For example if the guest's name servers are down or its hosts file is damaged.
    @Test(arguments: [
        "", "echo localhost", "echo '(none)'", "echo 'mx_1.example.net'", "exit 1", "echo 'mx1.example.net; x'",
    ])
    func `fails if this host has no name to greet with`(hostname: String) async throws {
        try program("hostname", hostname)
        try program("postconf", "exit 1")
        #expect(try await check(greetingWith: "") == "failed=this host has no fully qualified name for EHLO\n")
    }

    @Test(arguments: [
        ("mx1.example.net", "", "exit 1"), ("", "echo mx1.example.net", "exit 1"), ("", "", "echo mx1.example.net"),
    ])
    func `takes the greeting name from any source`(name: String, hostname: String, postconf: String) async throws {
        try program("hostname", hostname)
        try program("postconf", postconf)
        #expect(try await check(greetingWith: name).hasPrefix("state=down\n"))
    }

    @Test func `has the states that the program knows, and the monitor handles each`() throws {
        func text(_ name: String) throws -> String {
            let file = URL(filePath: #filePath).appending(path: "../../../../Playbooks/files/\(name)")
                .standardizedFileURL
            return try String(contentsOf: file, encoding: .utf8)
        }
        let states = Set(PrimaryState.State.allCases.map(\.rawValue))
        let said = try text("primary-state").matches(of: /\bsay ([a-z-]+) "/).map { String($0.1) }
        #expect(Set(said) == states)
        let monitor = try text("monitor")
        for state in states {
            #expect(monitor.contains(try Regex("\n(.* \\| )?\(state)-[a-z*]+( \\| .*)?\\)\n")), "\(state)")
        }
    }
}
