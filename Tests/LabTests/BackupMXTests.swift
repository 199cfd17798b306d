import Foundation
import Testing

@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .timeLimit(.minutes(20)))
struct `A backup MX in the lab` {
    typealias Case = (site: String, address: String)
    static let cases: [Case] = [("bare", "10.2.0.25"), ("shipped", "10.2.0.26")]

    @Test(arguments: cases)
    func `is made, holds, is repaired, and leaves no trace`(_ site: Case) throws {
        let lab = try Lab()
        let before = try lab.mxprovision("doctor", site.site)
        #expect(before.status == 0 && before.output.contains(" 0 failed"), "\(before.output)")
        let up = try lab.mxprovision("up", site.site)
        #expect(up.status == 0, "\(up.output)")
        let after = try lab.mxprovision("doctor", site.site)
        #expect(after.status == 0 && after.output.contains("\(site.address) lets us in"), "\(after.output)")
        #expect(after.output.contains("from the guest: 220 mail.yourdomain.net"), "\(after.output)")

        #expect(try lab.answer(at: site.address, to: "you@yourdomain.net").contains("<-  250 2.1.5 Ok"))
        #expect(try lab.answer(at: site.address, to: "random-invalid@yourdomain.net").contains("<** 550 5.1.1"))
        #expect(try lab.answer(at: site.address, to: "victim@elsewhere.example").contains("<** 554 5.7.1"))

        let converged = try lab.mxprovision("plan", site.site)
        #expect(converged.status == 0, "\(converged.output)")
        let id = try lab.guestID(of: site.site)
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
        let repair = try lab.mxprovision("up", site.site)
        #expect(repair.status == 0 && repair.output.contains(" 2 changed"), "\(repair.output)")

        #expect(try lab.mxprovision("teardown", site.site).status == 64, "without --yes and without a terminal")
        let teardown = try lab.mxprovision("teardown", site.site, "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
        #expect(try lab.mxprovision("status", site.site).output.contains("guest     none"))
    }

    /// From one guest to the next, by `rebuild` and by hand: no message is lost, and none comes twice.
    @Test func `takes its queue along`() throws {
        let lab = try Lab()
        #expect(try lab.mxprovision("up", "bare").status == 0)
        let (messages, partly) = (500, 20)
        let subject = "queued-\(UUID().uuidString)"
        try sendPartly(lab, partly, subject)
        try lab.pvelab("primary", "stop")
        defer { _ = try? lab.pvelab("primary", "start") }
        try send(lab, messages - partly, subject)
        let refused = try lab.mxprovision("teardown", "bare", "--yes", "--drain", "0")
        #expect(refused.status == 1)
        #expect(refused.output.contains("\(messages) messages are still queued"), "\(refused.output)")

        let file = lab.folder + "/queue.tar.gz"
        let exported = try lab.mxprovision("teardown", "bare", "--yes", "--drain", "0", "--export", file)
        #expect(exported.status == 0, "\(exported.output)")
        #expect(exported.output.contains("\(messages) messages lie in \(file)"), "\(exported.output)")
        // Another guest; what is put into it a second time is there already.
        for _ in 1...2 {
            let imported = try lab.mxprovision("up", "bare", "--import", file)
            #expect(imported.status == 0, "\(imported.output)")
            try isQueued(lab, messages)
        }
        let rebuilt = try lab.mxprovision("rebuild", "bare", "--yes", "--drain", "0")
        #expect(rebuilt.status == 0 && rebuilt.output.contains("\(messages) messages of "), "\(rebuilt.output)")

        let more = try interruptsARebuild(lab, messages, subject)

        try lab.pvelab("primary", "start")
        let drained = try lab.mxprovision("teardown", "bare", "--yes", "--drain", "120")
        #expect(drained.status == 0, "\(drained.output)")
        #expect(try delivered(lab, subject) == messages + more)
        #expect(try delivered(lab, subject, to: "admin") == partly)
    }

    /// Postfix moves what it tries to deliver, and who counts meanwhile may meet a message twice or not at all.
    private func isQueued(_ lab: Lab, _ count: Int) throws {
        let line = "queue     \(count) messages"
        #expect(try lab.eventually { try lab.mxprovision("status", "bare").output.contains(line) }, "not \(line)")
    }

    /// Messages to two, of whom one gets them at once; the other's has to wait, and nobody is to get it twice.
    private func sendPartly(_ lab: Lab, _ count: Int, _ subject: String) throws {
        try byHand(
            lab,
            """
            postconf -e 'transport_maps=inline:{ {admin@yourdomain.net=retry:4.3.0 later} }, hash:/etc/postfix/transport' &&
            postfix reload 2>/dev/null && for i in $(seq \(count)); do
                printf 'Subject: \(subject)\\n\\nx\\n' |
                    sendmail -f alice@sender.example you@yourdomain.net admin@yourdomain.net
            done
            """)
        #expect(try lab.eventually { try delivered(lab, subject) == count }, "one of two does not get it")
        #expect(try delivered(lab, subject, to: "admin") == 0)
        try isQueued(lab, count)
    }

    /// A rebuild that died between the new guest and its mail, and mail that came to that guest since: the next one must
    /// not pack the latter over the former.
    ///
    /// - Returns: how many messages have come.
    private func interruptsARebuild(_ lab: Lab, _ messages: Int, _ subject: String) throws -> Int {
        let more = 3
        let folder = lab.folder + "/state/labtests/bare"
        let packed = folder + "/queue.tar.gz"
        let exported = lab.folder + "/packed.tar.gz"
        let teardown = try lab.mxprovision("teardown", "bare", "--yes", "--drain", "0", "--export", exported)
        #expect(teardown.status == 0, "\(teardown.output)")
        #expect(try lab.mxprovision("up", "bare").status == 0)
        try send(lab, more, subject)
        try FileManager.default.moveItem(atPath: exported, toPath: packed)
        let path = URL(filePath: folder + "/state.json")
        var state = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
        state["archive"] = ["path": packed, "guest": "an earlier one"]
        try JSONSerialization.data(withJSONObject: state).write(to: path)

        let other = try lab.mxprovision("up", "bare", "--import", lab.folder + "/queue.tar.gz")
        #expect(other.status == 1 && other.output.contains("\(packed) still waits"), "\(other.output)")
        let rebuilt = try lab.mxprovision("rebuild", "bare", "--yes", "--drain", "0")
        #expect(rebuilt.status == 0 && rebuilt.output.contains("\(messages) messages of "), "\(rebuilt.output)")
        // Postfix moves them from folder to folder as it tries, and one that is moved may be counted twice.
        var status = ""
        let isAll = try lab.eventually {
            status = try lab.mxprovision("status", "bare").output
            return status.contains("queue     \(messages + more) messages")
        }
        #expect(isAll, "\(status)\n\(rebuilt.output)")
        return more
    }

    private func send(_ lab: Lab, _ count: Int, _ subject: String) throws {
        try byHand(
            lab,
            "smtp-source -M client.sender.example -m \(count) -s 4 -f alice@sender.example -t you@yourdomain.net -S \(subject) 127.0.0.1:25"
        )
    }

    private func delivered(_ lab: Lab, _ subject: String, to user: String = "you") throws -> Int {
        try lab.pvelab("primary", "mail", user).output.ranges(of: "Subject: \(subject)\n").count
    }

    private func byHand(_ lab: Lab, _ command: String) throws {
        let answer = try lab.guest("bare", 110, at: "10.2.0.25", command)
        try #require(answer.status == 0, "\(answer.output)")
    }

    /// A second `up` changes nothing and says so, in one ssh connection with one remote command, and writes no file.
    private func secondUpIsOneQuestion(_ site: Case, _ id: Int, _ lab: Lab) throws {
        let logins = "journalctl --unit ssh --grep 'Accepted publickey' --quiet --output cat | wc -l"
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
        let written = try ask("find / -xdev -type f -newer /run/before ! -path '/var/log/*'")
        #expect(written == "")
    }
}
