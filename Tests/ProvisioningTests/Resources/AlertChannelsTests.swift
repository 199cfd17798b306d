import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A guest's alert channels` {
    private static let yaml = """
        hostname: mx.a.net
        channels:
          - slack: {url: {env: URL}}
          - command: [/bin/tell]
        """

    private func channels(_ url: String = "https://hooks.example/hunter2") throws -> AlertChannels {
        try AlertChannels.read(Self.yaml).unlocked(environment: ["URL": url])
    }

    @Test func `are up to date if the files are equal, readable only by root, and no others exist`() throws {
        let names = "command\nslack\n"
        let right = "same 600 root:root\nsame 600 root:root\n"
        #expect(try channels().changes(after: .said(right + names)) == [])
        #expect(
            try channels().changes(after: .said("absent\nsame 640 root:mail\ncommand\nntfy\nntfy.pem\n")) == [
                Change("/etc/mxprovision/alert/slack", from: nil, to: "expected content"),
                Change("mode of /etc/mxprovision/alert/command", from: "640", to: "0600"),
                Change("owner of /etc/mxprovision/alert/command", from: "root:mail", to: "root:root"),
                Change("/etc/mxprovision/alert/ntfy", from: "present", to: nil),
                Change("/etc/mxprovision/alert/ntfy.pem", from: "present", to: nil),
            ])
    }

    @Test func `are removed if the inventory gives none`() throws {
        let none = try AlertChannels.read("hostname: mx.a.net")
        #expect(try none.changes(after: .said("")) == [])
        #expect(
            try none.changes(after: .said("slack\n")) == [
                Change("/etc/mxprovision/alert/slack", from: "present", to: nil)
            ])
    }

    @Test func `show no secret in a script`() throws {
        let channels = try channels()
        let repair = channels.repair(for: try channels.observation(from: .said("absent\nabsent\n")))
        for script in [channels.probe, repair] {
            #expect(!script.description.contains("hunter2") && script.description.contains("•••"))
            #expect(!String(reflecting: script).contains("hunter2"))
        }
    }

    @Test(arguments: ["hunter2", "http://hooks.example/hunter2", "https://hooks.example/\"hunter2"])
    func `are rejected if the secret is not a valid URL, without showing it`(_ url: String) {
        let error = #expect(throws: AlertError.unusableAddress(channel: "slack")) { try channels(url) }
        #expect(error.map { ErrorDescription($0).text.contains("hunter2") } == false)
    }

    @Test(arguments: ["", "absent\n", "absent\nlost\n", "other 600\nabsent\n", "\u{0}\n\n"])
    func `are not read from an invalid reply`(_ text: String) throws {
        let channels = try channels()
        #expect(throws: UnreadableAnswer(expected: "the files of alert channels", answer: .said(text))) {
            try channels.observation(from: .said(text))
        }
    }
}
