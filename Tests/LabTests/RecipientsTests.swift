import Foundation
import Testing

extension `A backup MX in the lab` {
    /// One guest and one primary. PostfixAdmin uses one database, then the other.
    @Suite struct `with recipients from PostfixAdmin` {
        private static let address = "10.2.0.28"
        private let lab: Lab
        private let site = "pulled"
        private let hostKey: String
        private let identity: String
        /// The inventory's options for this machine's login on the primary.
        private var access: String { ", user: root, identity: \(identity)" }

        init() throws {
            lab = try Lab()
            let environment = ProcessInfo.processInfo.environment
            hostKey = try #require(environment["PVELAB_PRIMARY_HOST_KEY"])
            identity = try #require(environment["PVELAB_SSH_KEY"])
            try lab.replace("  bare:", by: "  \(site):")
            try lab.replace("vmid: 110", by: "vmid: 128")
            try lab.replace("mail-backup\\.yourdomain", by: "pulled.yourdomain")
            try lab.replace(#"10\.2\.0\.25"#, by: Self.address)
            try lab.replace("domain: yourdomain.net\n", by: "domains: [yourdomain.net, alias.example]\n")
            try lab.replace(
                #"address: 10\.1\.0\.12\}"#,
                by: "address: 10.1.0.12, ssh: {host_key: \(hostKey), user: root, identity: \(identity)}}")
            try lab.replace(#"recipients: \[.*\]"#, by: "recipients: {postfixadmin: {database: postgresql}}")
        }

        @Test func `keeps them up to date within one pull, with PostgreSQL and with MariaDB`() throws {
            let made = try lab.mxprovision("up", site)
            try #require(made.status == 0, "\(made.output)")
            let id = try lab.guestID(of: site)
            try followsEveryChange(in: "postgresql", id)
            let again = try lab.ssh(during: {
                let up = try lab.mxprovision("up", site)
                #expect(up.status == 0 && up.output.contains(" 0 changed"), "\(up.output)")
            })
            #expect(again.filter { !$0.contains(" -O exit ") }.count == 1, "the primary is not asked")

            try lab.replace("database: postgresql", by: "database: mariadb, credentials: /etc/mxprovision/mariadb")
            // The other database has no alias domain yet.
            let refused = try lab.mxprovision("up", site)
            #expect(refused.status == 1 && refused.output.contains("from 8 to 6 entries"), "\(refused.output)")
            try expect("you@alias.example", accepted: true)
            let moved = try lab.mxprovision("up", site, "--accept-shrink")
            #expect(moved.status == 0 && moved.output.contains("list-recipients on the primary"), "\(moved.output)")
            try followsEveryChange(in: "mariadb", id)

            try leavesTheListAloneWithoutThePrimary(id)
            try isIntroducedByAPerson(id)
            let status = try lab.mxprovision("status", site).output
            #expect(status.contains(/list      \d+, from the primary \d+ s ago/), "\(status)")

            try hearsWhatThePrimarySays(id)
            for database in ["postgresql", "mariadb"] { try restore(database) }

            // These are the monitor's alerts, which no server on the lab's internet accepts.
            _ = try lab.guest(site, id, at: Self.address, "postsuper -d ALL 2>/dev/null")
            let teardown = try lab.mxprovision("teardown", site, "--yes")
            #expect(teardown.status == 0, "\(teardown.output)")
            #expect(
                try onPrimary(
                    "cat /var/lib/mxprovision/.ssh/authorized_keys; ls /usr/local/lib/mxprovision /etc/mxprovision")
                    == "/etc/mxprovision:\nmariadb\npostgresql\n\n/usr/local/lib/mxprovision:\n")
        }

        private func followsEveryChange(in database: String, _ id: Int) throws {
            func add(_ mailbox: String) throws {
                try admin(
                    database, "mailbox", "add", mailbox, "--password", "aaaaaa1", "--password2", "aaaaaa1",
                    "--welcome-mail", "0")
            }
            try expect("you@yourdomain.net", accepted: true)
            try expect("new@yourdomain.net", accepted: false)
            try add("new@yourdomain.net")
            try add("off@yourdomain.net")
            try admin(database, "mailbox", "update", "off@yourdomain.net", "--active", "0")
            try admin(database, "alias", "add", "*@yourdomain.net", "--goto", "you@yourdomain.net")
            try admin(database, "domain", "add", "alias.example")
            try admin(database, "aliasdomain", "add", "alias.example", "--target_domain", "yourdomain.net")
            try pull(id)
            try expect("new@yourdomain.net", accepted: true)
            try expect("new+tag@yourdomain.net", accepted: true)
            try expect("new@alias.example", accepted: true)
            try expect("off@yourdomain.net", accepted: false)
            try expect("anybody@yourdomain.net", accepted: false)
            try asksThePrimaryForWhatWasPulled()
            let told = try lab.mxprovision("recipients", site).output
            #expect(told.contains("catch-all of yourdomain.net on the primary: ignored"), "\(told)")

            try admin(database, "mailbox", "delete", "new@yourdomain.net")
            try pull(id)
            try expect("new@yourdomain.net", accepted: false)
            try expect("you@yourdomain.net", accepted: true)
        }

        /// The inventory lists no recipient. The lab's primary has no mailbox for a recipient that was just added to
        /// PostfixAdmin.
        private func asksThePrimaryForWhatWasPulled() throws {
            let (status, report) = try lab.report(
                ["verify", site, "--only", "primary", "--strict-domain", "sender.example"])
            let refused = report.failed.map(\.name)
            #expect(status == 1 && refused.contains("primary accepts listed new@yourdomain.net"), "\(report)")
            #expect(!refused.contains("primary accepts listed you@yourdomain.net"), "\(report)")
        }

        /// Restores the primary, because all suites share it.
        private func restore(_ database: String) throws {
            try admin(database, "mailbox", "delete", "off@yourdomain.net")
            try admin(database, "alias", "delete", "*@yourdomain.net")
            try admin(database, "aliasdomain", "delete", "alias.example")
            try admin(database, "domain", "delete", "alias.example")
        }

        private func admin(_ database: String, _ words: String...) throws {
            let done = try lab.run(".build/debug/pvelab", ["primary", "postfixadmin", database, "--"] + words)
            try #require(done.status == 0, "\(done.output)")
        }

        /// An unavailable primary changes nothing, and a list that becomes stale makes unknown senders retry.
        private func leavesTheListAloneWithoutThePrimary(_ id: Int) throws {
            let table = "sha256sum /etc/postfix/relay_recipients /etc/postfix/relay_recipients.db"
            let before = try inGuest(id, table)
            #expect(try inGuest(id, "ip route add unreachable 10.1.0.12") == "")
            let cut = try inGuest(
                id,
                "sed -i 's/^time=.*/time=1000000000/' /var/lib/mxprovision/recipients/pulled; "
                    + "/usr/local/lib/mxprovision/pull-recipients; echo $?")
            #expect(cut.contains("the primary cannot be reached") && cut.hasSuffix("1\n"), "\(cut)")
            #expect(try inGuest(id, table) == before)
            #expect(try lab.answer(at: Self.address, to: "anybody@yourdomain.net").contains("<** 450 4.1.1"))
            try expect("you@yourdomain.net", accepted: true)
            #expect(
                try lab.mxprovision("status", site).output.contains(
                    "which is stale; since then: the primary cannot be reached"))
            let monitor = "/usr/local/lib/mxprovision/monitor"
            let known = try inGuest(id, "\(monitor); \(monitor) --show")
            #expect(
                known.contains(
                    /The primary's list of recipients is \d+ days old \(limit 24 hours\): the primary cannot be/),
                "\(known)")
            #expect(try inGuest(id, "ip route del unreachable 10.1.0.12") == "")
        }

        /// The primary was rebuilt and has no keys. This machine cannot log in there, so an administrator runs the
        /// printed script.
        private func isIntroducedByAPerson(_ id: Int) throws {
            _ = try onPrimary("rm -r /var/lib/mxprovision /usr/local/lib/mxprovision")
            try lab.replace(NSRegularExpression.escapedPattern(for: access), by: "")
            let denied = try inGuest(id, "/usr/local/lib/mxprovision/pull-recipients; echo $?")
            #expect(denied.contains("the primary denied the login"), "\(denied)")
            let told = try lab.mxprovision("up", site)
            #expect(
                told.status == 1 && told.output.contains("`mxprovision recipients \(site) --script`"), "\(told.output)")
            #expect(
                told.output.contains(
                    "restrict,from=\"\(Self.address)\",command=\"/usr/local/lib/mxprovision/list-recipients"))

            let script = try lab.mxprovision("recipients", site, "--script")
            try #require(script.status == 0, "\(script.output)")
            #expect(try onPrimary(script.output) == "")
            let up = try lab.mxprovision("up", site)
            #expect(up.status == 0 && up.output.contains("login on the primary: denied → allowed"), "\(up.output)")
            try expect("anybody@yourdomain.net", accepted: false)
            try lab.replace(NSRegularExpression.escapedPattern(for: hostKey + "}}"), by: hostKey + access + "}}")
        }

        /// A list again; other recipients are verified at the primary, which accepts mail for admin@ and rejects
        /// anybody@.
        private func hearsWhatThePrimarySays(_ id: Int) throws {
            try lab.replace(
                #"recipients: \{.*\}"#,
                by: "recipients: {list: [you@yourdomain.net, postmaster@yourdomain.net], policy: verify}")
            let up = try lab.mxprovision("up", site)
            #expect(up.status == 0, "\(up.output)")
            try expect("you@yourdomain.net", accepted: true)
            try expect("admin@yourdomain.net", accepted: true)
            #expect(try lab.answer(at: Self.address, to: "anybody@yourdomain.net").contains("<** 550 5.1.1"))
            let left = try inGuest(
                id, "ls /etc/mxprovision /var/lib/mxprovision /etc/systemd/system; systemctl list-timers --no-legend")
            #expect(!left.contains("recipients"), "\(left)")
            let again = try lab.mxprovision("plan", site)
            #expect(again.status == 0, "\(again.output)")
        }

        private func expect(_ recipient: String, accepted: Bool) throws {
            let answer = try lab.answer(at: Self.address, to: recipient)
            #expect(answer.contains(accepted ? "<-  250 2.1.5 Ok" : "<** 550 5.1.1"), "\(recipient): \(answer)")
        }

        /// Pulls the list as the timer does.
        private func pull(_ id: Int) throws {
            let done = try inGuest(
                id, "systemctl start mxprovision-recipients.service && systemctl is-active mxprovision-recipients.timer"
            )
            #expect(done == "active\n", "\(done)")
        }

        private func inGuest(_ id: Int, _ command: String) throws -> String {
            try lab.guest(site, id, at: Self.address, command).output
        }

        private func onPrimary(_ command: String) throws -> String {
            let known = lab.folder + "/primary"
            try "primary \(hostKey)\n".write(toFile: known, atomically: true, encoding: .utf8)
            return try lab.run(
                "ssh",
                [
                    "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=\(known)", "-o", "HostKeyAlias=primary", "-i",
                    identity,
                    "root@10.1.0.12", command,
                ]
            ).output
        }
    }
}
