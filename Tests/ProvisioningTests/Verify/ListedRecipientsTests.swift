import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The recipients for the primary's check` {
    private let many = (1...1000).map { "user\($0)@example.org" }

    @Test func `are all listed ones, or a sample of the whole list`() {
        let few = ListedRecipients(["a@example.org", "b@example.org"], limit: 300)
        #expect(few.sample.count == 2 && few.check == nil)
        let sample = ListedRecipients(many, limit: 300)
        #expect(sample.sample.count == 250 && sample.sample.last == "user997@example.org")
        #expect(sample.check?.evidence == "250 of 1000; `--all-recipients` checks all at the primary")
        #expect(ListedRecipients(many, limit: nil).sample == many)
        #expect(ListedRecipients([], limit: 300).sample == [])
    }

    @Test func `include one in each domain and no catch-all`() {
        let listed = ListedRecipients(["Ann@Example.ORG", "@caught.example", "bob@example.net"], limit: nil)
        #expect(
            listed.asked(inAll: ["example.org", "caught.example", "example.net", "other.example"]) == [
                "postmaster@caught.example", "postmaster@other.example", "Ann@Example.ORG", "bob@example.net",
            ])
    }

    @Test(arguments: [nil, 300, 7] as [Int?])
    func `are read from the guest's own table up to the limit`(limit: Int?) async throws {
        let scratch = ScratchFolder()
        let path = scratch.path + "/postmap"
        let lines = many.map { "\($0)\tpermit_auth_destination\n" }.joined()
        try Data(lines.utf8).write(to: URL(filePath: scratch.path + "/table"))
        try Data("#!/bin/sh\n[ \"$*\" = '-s hash:/etc/postfix/x y' ] || exit 1\ncat \(scratch.path)/table\n".utf8)
            .write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let question = ListedRecipients.question(table: "hash:/etc/postfix/x y", limit: limit)
        let answer = try await ProcessShell.local.run("PATH=\(scratch.path):$PATH\n\(question)")
        #expect(try ListedRecipients(answer) == ListedRecipients(many, limit: limit))
        let other = ListedRecipients.question(table: "hash:/other", limit: limit)
        let failed = try await ProcessShell.local.run("PATH=\(scratch.path):$PATH\n\(other)")
        #expect(throws: UnreadableAnswer.self) { try ListedRecipients(failed) }
    }
}
