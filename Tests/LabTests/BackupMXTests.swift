import Foundation
import Testing

@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .timeLimit(.minutes(10)))
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
        let id = try guestID(of: site.site, lab)
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

    @Test func `is not torn down while mail is queued`() throws {
        let lab = try Lab()
        #expect(try lab.mxprovision("up", "bare").status == 0)
        let id = try guestID(of: "bare", lab)
        // The relay transport is put off, so the message waits as it does when the primary is away.
        let hold = try lab.guest(
            "bare",
            id,
            at: "10.2.0.25",
            "postconf -e defer_transports=relay && postfix reload 2>/dev/null; printf 'Subject: x\\n\\nx\\n' | sendmail -f '' you@yourdomain.net; postqueue -p"
        )
        #expect(hold.output.contains("you@yourdomain.net"), "\(hold.output)")
        let refused = try lab.mxprovision("teardown", "bare", "--yes", "--drain", "0")
        #expect(refused.status == 1)
        #expect(refused.output.contains("1 message is still queued"), "\(refused.output)")
        let release = try lab.guest(
            "bare", id, at: "10.2.0.25", "postconf -X defer_transports && postsuper -d ALL && postfix reload")
        #expect(release.status == 0, "\(release.output)")
        let teardown = try lab.mxprovision("teardown", "bare", "--yes")
        #expect(teardown.status == 0, "\(teardown.output)")
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
        #expect(calls.filter { !$0.contains(" -O exit ") }.count == 1, "\(calls.joined(separator: "\n"))")
        let written = try ask("find / -xdev -type f -newer /run/before ! -path '/var/log/*'")
        #expect(written == "")
    }

    private func guestID(of site: String, _ lab: Lab) throws -> Int {
        let status = try lab.mxprovision("status", site, "--json")
        let line = try #require(status.output.split(separator: "\n").first)
        struct Status: Decodable { struct Guest: Decodable { var id: Int }; var guest: Guest? }
        return try #require(try JSONDecoder().decode(Status.self, from: Data(line.utf8)).guest).id
    }
}
