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

@Suite struct `A pull of recipients` {
    private static let yaml = """
        {name: home/one, source: \(PullFolder.scripts)/pull-recipients, exporter: \(PullFolder.scripts)/list-recipients,
        settings: "database=mariadb\\n", host: 10.1.0.12, host_key: \(InventoryText.hostKey), from: [10.2.0.25],
        map: /etc/postfix/relay_recipients, stale_map: /etc/postfix/stale_domains, domains: [a.net, b.net],
        listed: [Postmaster@a.net], catch_all: [b.net], every: 15, stale: 24}
        """
    private let pull: RecipientPull

    init() throws { pull = try RecipientPull.read(Self.yaml) }

    private func answer(
        files: String? = nil, key: String = "key", timer: String = "ActiveState=active UnitFileState=enabled",
        table: String = "same", version: String? = nil, trouble: String = "none"
    ) -> CommandResult {
        let same = "same 755 root:root\n" + String(repeating: "same 644 root:root\n", count: 5)
        return .said(
            (files ?? same) + "\(key)\n\(timer)\n\(table)\n\(version ?? pull.exporter.version)\n\(trouble)\n")
    }

    @Test func `writes the inventory's settings, one value per line`() {
        #expect(
            pull.files[1].content
                == """
                host=10.1.0.12
                port=22
                user=mxprovision
                timeout=60
                state=/var/lib/mxprovision/recipients
                map=/etc/postfix/relay_recipients
                stale_map=/etc/postfix/stale_domains
                type=hash
                stale=86400
                domain=a.net
                domain=b.net
                catch_all=b.net

                """)
        #expect(pull.files[2].content == "postmaster@a.net\n")
        #expect(pull.files[3].content == "primary \(InventoryText.hostKey)\n")
    }

    @Test func `is up to date if all its parts exist, whatever the result of the last pull`() throws {
        #expect(try pull.changes(after: answer()) == [])
        #expect(try pull.changes(after: answer(trouble: "unreachable")) == [])
        #expect(try pull.changes(after: answer(trouble: "shrink")) == [])
    }

    @Test func `contacts the primary only if necessary`() throws {
        let table = answer(table: "other")
        #expect(
            try pull.changes(after: table) == [
                Change("/etc/postfix/relay_recipients", from: "different entries", to: "the primary's")
            ])
        #expect(pull.enrollment(before: try pull.changes(after: table)) == nil)
        #expect(try pull.repair(after: table).contains("--rebuild"))

        let denied = answer(trouble: "denied")
        #expect(try pull.changes(after: denied) == [Change("login on the primary", from: "denied", to: "allowed")])
        #expect(pull.enrollment(before: try pull.changes(after: denied)) != nil)
        #expect(try !pull.repair(after: denied).contains("--rebuild"))

        let old = answer(version: "0123")
        #expect(try pull.changes(after: old).map(\.subject) == ["list-recipients on the primary"])
        #expect(pull.enrollment(before: try pull.changes(after: old)) != nil)
    }

    @Test func `accepts a shrink only if requested`() throws {
        let accepting = try RecipientPull.read(
            Self.yaml.replacing("stale: 24}", with: "stale: 24, accept_shrink: true}"))
        let refused = answer(trouble: "shrink")
        #expect(
            try accepting.changes(after: refused) == [Change("shrink of the list", from: "refused", to: "accepted")])
        #expect(try accepting.repair(after: refused).contains("pull-recipients' '--accept-shrink'"))
        #expect(try accepting.changes(after: answer()) == [])
    }

    @Test func `is one change if no part exists`() throws {
        let blank = answer(
            files: String(repeating: "absent\n", count: 6), key: "absent", timer: "ActiveState=inactive UnitFileState=",
            table: "absent", version: "never")
        #expect(try pull.changes(after: blank) == [Change("recipient-pull", from: nil, to: "every 15 min")])
        #expect(pull.enrollment(before: try pull.changes(after: blank)) != nil)
    }

    @Test func `restricts its key to one command and one source address`() throws {
        let told = try pull.keyEnrollment(from: .said("ssh-ed25519 AAAAKEY mxprovision:home/one\n"))
        #expect(
            told.line
                == "restrict,from=\"10.2.0.25\",command=\"/usr/local/lib/mxprovision/list-recipients /etc/mxprovision/list-recipients-home\" ssh-ed25519 AAAAKEY mxprovision:home/one"
        )
        #expect(throws: UnreadableAnswer.self) { try pull.keyEnrollment(from: .said("")) }
    }
}

@Suite struct `A snapshot of recipients` {
    @Test func `is shown with its age, its sources and the results of later pulls`() throws {
        let snapshot = try #require(
            try RecipientSnapshot(
                .said(
                    """
                    2000
                    limit=900
                    time=1000
                    version=ab
                    source=command 2
                    source=postfixadmin 40
                    odd=command 3 \\xC3\\xA9va\\\\@a.net
                    odd=postfixadmin 0 #ann@a.net
                    left_out=2
                    open=a.net
                    entries=46
                    trouble=1900 unreachable the primary cannot be reached: No route to host

                    """)))
        #expect(snapshot.age == 1000 && snapshot.isStale && snapshot.entries == 46 && snapshot.leftOut == 2)
        #expect(snapshot.sources == ["command": 2, "postfixadmin": 40] && snapshot.catchAlls == ["a.net"])
        #expect(snapshot.trouble?.kind == "unreachable")
        #expect(snapshot.leftOutLines() == ["line 3 of command: \u{E9}va\\@a.net", "postfixadmin: #ann@a.net"])
        #expect(snapshot.trouble?.text == "the primary cannot be reached: No route to host")
    }

    @Test func `is nil if the guest pulls no list, and stale without a reply`() throws {
        #expect(try RecipientSnapshot(.said("", exit: 3)) == nil)
        let blank = try RecipientSnapshot(.said("2000\nlimit=900\n"))
        #expect(blank?.isStale == true && blank?.taken == nil)
        #expect(throws: UnreadableAnswer.self) { try RecipientSnapshot(.said("<html>\n")) }
    }
}
