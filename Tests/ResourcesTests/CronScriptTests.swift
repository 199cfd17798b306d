import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A cron script` {
    @Test(arguments: ["hourly", "daily", "weekly", "monthly"])
    func `is an executable file in the folder of its schedule`(_ every: String) throws {
        let job = try CronScript.read("{name: check-queue, every: \(every), content: \"#!/bin/sh\\n\"}")
        let path = "/etc/cron.\(every)/check-queue"
        #expect(try job.changes(after: .said("755 root:root\n#!/bin/sh\n")) == [])
        #expect(try job.changes(after: .said("", exit: 3)) == [Change(path, from: nil, to: "10 bytes")])
        let unprogrammed = try job.changes(after: .said("644 root:root\n#!/bin/sh\n"))
        #expect(unprogrammed == [Change("mode of \(path)", from: "644", to: "0755")])
    }

    @Test func `rejects malformed probe output`() throws {
        let job = try CronScript.read("{name: a, content: x}")
        for text in ["", "755", "755 root:root", "\u{0}\n"] {
            #expect(throws: UnreadableAnswer(expected: "a file with its mode and owner", answer: .said(text))) {
                try job.observation(from: .said(text))
            }
        }
    }

    @Test(arguments: ["check.sh", "a b", "../passwd", "a/b", "", "ü"])
    func `reports names that run-parts ignores`(_ name: String) throws {
        let mistakes = try CronScript.mistakes(in: "{name: '\(name)', content: x}")
        #expect(
            mistakes == ["`name`: invalid value `\(name)`; expected letters, digits, `_`, `-` (cron ignores others)"])
    }
}
