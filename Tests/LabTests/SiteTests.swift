import Foundation
import Testing

@testable import Engine

/// Sites from the bare template, and from Proxmox's templates of Debian 12 and Debian 13.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `A site in the lab` {
    typealias Case = (site: String, address: String)
    static let cases: [Case] = [("bare", "10.2.0.43"), ("shipped", "10.2.0.44"), ("trixie", "10.2.0.46")]

    private static func lab() throws -> Lab {
        let lab = try Lab(inventory: "sites")
        try lab.replace("vmid: 110", by: "vmid: 143")
        try lab.replace(#"10\.2\.0\.25"#, by: cases[0].address)
        try lab.replace(#"10\.2\.0\.26"#, by: cases[1].address)
        let gateway = try #require(lab.environment["PVELAB_GUEST_GATEWAY"])
        try lab.replace(
            "  shipped:\n",
            by: """
                  trixie:
                    guest:
                      template: 102
                      pool: sites
                      hostname: mail-backup-3.yourdomain.net
                      network: {bridge: vmbr0, address: \(cases[2].address)/24, gateway: \(gateway)}
                  shipped:

                """)
        return lab
    }

    @Test(arguments: cases)
    func `is created, unchanged by the next run, repaired, and removed without remains`(_ site: Case) throws {
        let lab = try Self.lab()
        try allIsWell(with: site, lab)
        let up = try lab.mxprovision("up", site.site)
        #expect(up.status == 0, "\(up.output)")
        try allIsWell(with: site, lab, "logged in to \(site.address)", "from the guest: 220 mail.yourdomain.net")

        #expect(try lab.answer(at: site.address, to: "you@yourdomain.net").contains("<-  250 2.1.5 Ok"))
        #expect(try lab.answer(at: site.address, to: "random-invalid@yourdomain.net").contains("<** 550 5.1.1"))
        #expect(try lab.answer(at: site.address, to: "victim@elsewhere.example").contains("<** 554 5.7.1"))
        try ownMailIsItsOwn(site, try lab.guestID(of: site.site), lab)

        let converged = try lab.mxprovision("plan", site.site)
        #expect(converged.status == 0, "\(converged.output)")
        let id = try lab.guestID(of: site.site)
        try monitorFindsNoFault(site, id, lab)
        try secondUpIsOneQuestion(site, id, lab)

        let broken = try lab.guest(
            site.site,
            id,
            at: site.address,
            "postconf -e relay_domains=evil.example && rm /etc/postfix/relay_recipients.db"
        )
        #expect(broken.status == 0, "\(broken.output)")
        let plan = try lab.mxprovision("plan", site.site)
        #expect(plan.status == 2)
        #expect(plan.output.contains("relay_domains: evil.example → yourdomain.net"), "\(plan.output)")
        #expect(plan.output.contains("relay_recipients.db"), "\(plan.output)")
        // The scripts of a killed run continue for a while.
        let held = try lab.guest(
            site.site, id, at: site.address,
            "setsid flock /run/mxprovision.lock sleep 10 </dev/null >/dev/null 2>&1 &")
        #expect(held.status == 0, "\(held.output)")
        let repair = try lab.mxprovision("up", site.site)
        #expect(repair.status == 0 && repair.output.contains(" 2 changed"), "\(repair.output)")
        #expect(repair.output.contains("waiting for scripts of an earlier run"), "\(repair.output)")

        try installsSecurityUpdates(site, id, lab)

        #expect(try lab.mxprovision("teardown", site.site).status == 64, "without --yes and without a terminal")
        let teardown = try lab.mxprovision("teardown", site.site, "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
        #expect(try lab.mxprovision("status", site.site).output.contains("guest     none"))
    }

    @Test func `is migrated from Debian 12 settings to Debian 13 settings after an upgrade in place`() throws {
        let site = Self.cases[0]
        let lab = try Self.lab()
        let up = try lab.mxprovision("up", site.site)
        try #require(up.status == 0, "\(up.output)")
        let id = try lab.guestID(of: site.site)
        let upgrade = try lab.guest(
            site.site, id, at: site.address,
            """
            sed -i s/bookworm/trixie/ /etc/apt/sources.list && apt-get -qq update &&
                DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -qq --yes -o Dpkg::Options::=--force-confold \
                full-upgrade >/var/log/upgrade 2>&1 || tail -n 30 /var/log/upgrade
            cat /etc/debian_version
            """)
        #expect(upgrade.output.contains("13."), "\(upgrade.output)")
        let repaired = try lab.mxprovision("up", site.site)
        #expect(repaired.status == 0, "\(repaired.output)")
        let converged = try lab.mxprovision("plan", site.site)
        #expect(converged.status == 0, "\(converged.output)")
        try monitorFindsNoFault(site, id, lab)
        _ = try lab.guest(site.site, id, at: site.address, "touch /run/before-the-reboot")
        _ = try lab.node("pvesh create /nodes/pve2/lxc/\(id)/status/reboot")
        let isBack = try lab.eventually {
            let isRebooted =
                try lab.guest(site.site, id, at: site.address, "test ! -e /run/before-the-reboot").status == 0
            return try isRebooted
                && lab.answer(at: site.address, to: "you@yourdomain.net").contains("<-  250 2.1.5 Ok")
        }
        #expect(isBack)
        let rebooted = try lab.mxprovision("plan", site.site)
        #expect(rebooted.status == 0, "\(rebooted.output)")
        let teardown = try lab.mxprovision("teardown", site.site, "--yes", "--now", "--drain", "0")
        #expect(teardown.status == 0, "\(teardown.output)")
    }

    /// Waits until the primary is available, because other suites stop it for a while.
    private func allIsWell(with site: Case, _ lab: Lab, _ words: String...) throws {
        var doctor = Lab.Outcome(status: 0, output: "")
        let isWell = try lab.eventually {
            doctor = try lab.mxprovision("doctor", site.site)
            return doctor.status == 0 && doctor.output.contains(" 0 failed")
        }
        #expect(isWell && words.allSatisfy(doctor.output.contains), "\(doctor.output)")
    }

    /// Only the host itself may send mail to itself. Mail from other senders would be forwarded, and bounced to forged
    /// senders. Rejected mail adds nothing to the queue on a full disk.
    private func ownMailIsItsOwn(_ site: Case, _ id: Int, _ lab: Lab) throws {
        let host = ["bare": "mail-backup", "shipped": "mail-backup-2"][site.site] ?? "mail-backup-3"
        for user in ["root", "postmaster", "abuse", "MAILER-DAEMON", "double-bounce", "nobody"] {
            let answer = try lab.answer(at: site.address, to: "\(user)@\(host).yourdomain.net")
            #expect(answer.contains("<** 554 5.7.1"), "\(answer)")
        }
        #expect(try lab.answer(at: site.address, to: "postmaster").contains("<-  250 2.1.5 Ok"))
        func guest(_ command: String) throws -> String {
            let answer = try lab.guest(site.site, id, at: site.address, command)
            try #require(answer.status == 0, "\(answer.output)")
            return answer.output
        }
        _ = try guest(
            """
            postconf -e 'transport_maps=static:{retry:4.0.0 held}' && postfix reload 2>/dev/null && \
            for to in root www-data postmaster; do echo x | sendmail $to; done
            """)
        let queued = "postqueue -j | grep -oE '\"address\": \"[^\"]*\"' | sort"
        let expected = ["ops@sender.example", "ops@sender.example", "postmaster@yourdomain.net"]
            .map { "\"address\": \"\($0)\"\n" }.joined()
        var seen = ""
        let isQueued = try lab.eventually {
            seen = try guest(queued)
            return seen == expected
        }
        #expect(isQueued, "\(seen)")
        _ = try guest(
            "postsuper -d ALL 2>/dev/null; postconf -e queue_minfree=1000000000000000 && postfix reload 2>/dev/null")
        #expect(
            try lab.eventually { try lab.answer(at: site.address, to: "you@yourdomain.net").contains("<** 452 4.3.1") })
        #expect(try guest(queued + "; ls /var/spool/postfix/maildrop") == "")
        let repaired = try lab.mxprovision("up", site.site)
        #expect(repaired.status == 0 && repaired.output.contains(" 1 changed"), "\(repaired.output)")
    }

    /// The monitor also works without alert channels. Other suites stop the primary for a while, which is a problem of
    /// every site.
    private func monitorFindsNoFault(_ site: Case, _ id: Int, _ lab: Lab) throws {
        var status = Lab.Outcome(status: 1, output: "")
        let isWell = try lab.eventually {
            _ = try lab.guest(site.site, id, at: site.address, "/usr/local/lib/mxprovision/monitor")
            status = try lab.mxprovision("status", site.site)
            return status.status == 0
        }
        #expect(isWell, "\(status.output)")
    }

    /// A second `up` changes nothing and reports that, uses one ssh connection with one remote command, and writes no
    /// file. The monitor runs from cron each minute: it writes its own state, and makes Postfix start services that
    /// have lock files.
    private func secondUpIsOneQuestion(_ site: Case, _ id: Int, _ lab: Lab) throws {
        let logins = "journalctl --sync; journalctl --unit ssh --grep 'Accepted publickey' --quiet --output cat | wc -l"
        func ask(_ command: String) throws -> String {
            let answer = try lab.guest(site.site, id, at: site.address, command)
            try #require(answer.status == 0, "\(answer.output)")
            return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let before = try #require(Int(try ask("touch /run/before; \(logins)")))
        let calls = try lab.ssh(during: {
            let again = try lab.mxprovision("up", site.site)
            #expect(again.status == 0 && again.output.contains(" 0 changed"), "\(again.output)")
        })
        let after = try #require(Int(try ask(logins)))
        #expect(after - before == 2, "its own connection, and that of this question")
        #expect(calls.count == 1, "\(calls.joined(separator: "\n"))")
        let written = try ask(
            """
            find / -xdev -type f -newer /run/before ! -path '/var/log/*' ! -path '/var/spool/postfix/pid/*' \
                ! -path '/var/lib/mxprovision/monitor/*'
            """)
        #expect(written == "")
    }
}
