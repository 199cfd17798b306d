import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A guest's security updates` {
    @Test(
        arguments: [
            ("", [], [], true, "none pending"),
            ("update libssl3\n", ["libssl3"], [], true, "1 security update pending: libssl3"),
            (
                "stale\nupdate libssl3\nupdate postfix\nrestart cron.service\n", ["libssl3", "postfix"],
                ["cron.service"],
                false, "2 security updates pending: libssl3, postfix; restart required: cron.service"
            ),
            (
                (1...7).map { "update p\($0)\n" }.joined(), (1...7).map { "p\($0)" }, [], true,
                "7 security updates pending: p1, p2, p3, p4, p5 and 2 more"
            ),
        ] as [(String, [String], [String], Bool, String)])
    func `are read from its reply`(
        _ text: String, _ pending: [String], _ restarts: [String], _ isCurrent: Bool, _ summary: String
    ) throws {
        let updates = try #require(try SystemUpdates(.said(text)))
        #expect(updates.pending == pending && updates.restarts == restarts && updates.isCurrent == isCurrent)
        #expect(updates.summary == summary)
    }

    @Test func `are nil without the step in the playbook`() throws {
        #expect(try SystemUpdates(.said("none\n")) == nil)
    }

    @Test(arguments: ["update\n", "update a b\n", "E: Unable to lock\n", "none\nnone\n"])
    func `are not read from an invalid reply`(_ text: String) {
        #expect(throws: UnreadableAnswer.self) { try SystemUpdates(.said(text)) }
    }
}
