import Foundation
import Testing

extension `A backup MX in the lab` {
    /// Part of the serialized suite, because all guests share one primary and one route to it.
    @Suite struct `whose primary accepts no mail` {
        /// `verify` names the primary, not the guest, and the VPN.
        private func verifyNamesThePrimary(_ reasons: String..., lab: Lab) throws {
            let (status, report) = try lab.report(
                ["verify", "faraway", "--only", "primary", "--strict-domain", "sender.example"])
            let problem = try #require(report.areas.first?.problem, "\(report)")
            #expect(status == 1)
            #expect(
                reasons.contains {
                    problem.hasPrefix(
                        "the primary (10.1.0.12, port 25) cannot be reached from 10.2.0.32\n  \($0)\n")
                }, "\(problem)")
            #expect(problem.contains("Check the VPN between the two (in the guest: `ping 10.1.0.1`)"), "\(problem)")
        }

        @Test func `is distinguished from a VPN outage by status and by the monitor`() throws {
            let lab = try Lab()
            try lab.replace("  bare:\n", by: "  faraway:\n")
            try lab.replace("vmid: 110", by: "vmid: 132")
            try lab.replace(#"address: 10.2.0.25/24"#, by: "address: 10.2.0.32/24")
            try lab.replace("address: 10.1.0.12", by: "address: 10.1.0.12, vpn: {peer: 10.1.0.1}")
            defer {
                _ = try? lab.pvelab("fault", "vpn", "up")
                _ = try? lab.pvelab("primary", "start")
            }
            let up = try lab.mxprovision("up", "faraway")
            try #require(up.status == 0, "\(up.output)")
            func primary() throws -> String {
                let status = try lab.mxprovision("status", "faraway")
                return status.output.split(separator: "\n").first { $0.contains("primary ") }.map(String.init)
                    ?? status.output
            }
            /// The primary's Postfix applies new settings only after its old processes have ended.
            func expect(_ text: String) throws {
                var seen = ""
                _ = try lab.eventually {
                    seen = try primary().replacing(/, (?:under 1|\d{1,3}) ms away/, with: "")
                    return seen.contains(text)
                }
                #expect(seen.contains(text))
            }
            try expect("answers: 220 mail.yourdomain.net ESMTP")

            for state in ["down", "one-way"] {
                try lab.pvelab("fault", "vpn", state)
                #expect(try lab.pvelab("status").output.contains("tunnel           \(state)\n"))
                try expect("VPN down: port 25: ")
                try verifyNamesThePrimary("Connection timed out", "No route to host", lab: lab)
            }
            func guest(_ command: String) throws -> String {
                try lab.guest("faraway", 132, at: "10.2.0.32", command).output
            }
            let monitor = "/usr/local/lib/mxprovision/monitor"
            // After a successful check, the monitor checks the primary only every fifth minute.
            let checked = try guest("rm -f /run/mxprovision/primary; \(monitor); \(monitor) --show")
            #expect(
                checked.contains(/condition=vpn \d+ The VPN to the primary \(10\.1\.0\.12\) is down:/), "\(checked)")

            // WireGuard uses the endpoint of the last packet it received. A packet that was in transit outside the slow
            // relay makes it bypass the relay again.
            var slow = ""
            let isSlow = try lab.eventually {
                try lab.pvelab("fault", "vpn", "slow", "--milliseconds", "500")
                slow = try primary()
                return slow.wholeMatch(of: /.*answers, 1\d\d\d ms away: 220 .*/) != nil
            }
            #expect(isSlow, "\(slow)")
            try lab.pvelab("fault", "vpn", "up")
            try expect("answers: 220 mail.yourdomain.net ESMTP")
            try narrows(lab)

            try lab.pvelab("primary", "stop")
            try expect("down: its host is up, but nothing listens on port 25")
            try verifyNamesThePrimary("Connection refused", lab: lab)
            for code in ["554", "421"] {
                try lab.pvelab("primary", "start")
                try lab.pvelab("primary", "refuse", code)
                try expect("refuses: \(code) ")
            }
            try lab.pvelab("primary", "refuse", "550", "--at", "recipient")
            let sent = try lab.guest(
                "faraway", 132, at: "10.2.0.32", "printf 'Subject: x\\n\\nx\\n' | sendmail -f '' you@yourdomain.net")
            #expect(sent.status == 0, "\(sent.output)")
            try expect("refuses: it refused a queued message: 550 ")
            let status = try lab.mxprovision("status", "faraway").output
            #expect(status.contains(/\n  deferred  1 × host .* said: 550 5\.3\.2 <\.\.\.>:/), "\(status)")
            let refused = try verify(lab)
            #expect(
                refused.status == 1
                    && refused.report.evidence("primary accepts listed admin@yourdomain.net")?.hasPrefix("550 5.3.2")
                        == true,
                "\(refused.report)")
            try lab.pvelab("primary", "start")
            #expect(try lab.guest("faraway", 132, at: "10.2.0.32", "postsuper -d ALL 2>/dev/null").status == 0)
            #expect(try lab.mxprovision("teardown", "faraway", "--yes").status == 0)
        }

        private func verify(_ lab: Lab) throws -> (status: Int32, report: LabReport) {
            try lab.report(["verify", "faraway", "--only", "primary", "--strict-domain", "sender.example"])
        }

        /// Packets over 1300 bytes are dropped on the way, without an ICMP message.
        private func narrows(_ lab: Lab) throws {
            func byHand(_ command: String) throws {
                let answer = try lab.guest("faraway", 132, at: "10.2.0.32", command)
                #expect(answer.status == 0, "\(command): \(answer.output)")
            }
            let wide = try verify(lab)
            #expect(
                wide.status == 0 && wide.report.amiss.map(\.name) == ["primary accepts listed abuse@yourdomain.net"],
                "\(wide.report)")
            let rule = "ip saddr 10.2.0.32 ip daddr 10.1.0.12 ip length > 1300 drop"
            let table = "inet narrow"
            let chain = "add chain \(table) passing { type filter hook forward priority -10; }"
            let made = try lab.node("nft 'add table \(table); \(chain); add rule \(table) passing \(rule)'")
            #expect(made.status == 0, "\(made.output)")
            defer { _ = try? lab.node("nft delete table \(table)") }
            let seen = try verify(lab)
            #expect(seen.status == 1)
            let failed = seen.report.failed
            #expect(failed.map(\.name) == ["large packets reach the primary"], "\(seen.report)")
            #expect(failed.first?.advice?.contains("MTU = 1280") == true)

            try byHand("postconf -e smtp_data_xfer_timeout=2s smtp_data_done_timeout=2s && postfix reload 2>/dev/null")
            try byHand("{ printf 'Subject: x\\n\\n'; seq 9999; } | sendmail -f '' you@yourdomain.net")
            var status = ""
            let isShown = try lab.eventually {
                status = try lab.mxprovision("status", "faraway").output
                return status.contains(/\n  deferred  1 × .* timed out/)
            }
            #expect(isShown, "\(status)")
            try byHand("postsuper -d ALL 2>/dev/null; postconf -X smtp_data_xfer_timeout smtp_data_done_timeout")
        }
    }
}
