import Foundation
import Testing

extension `A backup MX in the lab` {
    /// Here, where one comes after the other, as all guests have one primary and one way there.
    @Suite struct `and its primary, where that takes no mail,` {
        @Test func `is told from a VPN that is down, by status and by the monitor`() throws {
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
            /// Postfix at the primary goes by new settings only when its old processes are gone.
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
            }
            func guest(_ command: String) throws -> String {
                try lab.guest("faraway", 132, at: "10.2.0.32", command).output
            }
            let monitor = "/usr/local/lib/mxprovision/monitor"
            // It asks a primary that has just answered only every fifth minute.
            let checked = try guest("rm -f /run/mxprovision/primary; \(monitor); \(monitor) --show")
            #expect(
                checked.contains(/condition=vpn \d+ The VPN to the primary \(10\.1\.0\.12\) is down:/), "\(checked)")

            // WireGuard follows whoever speaks last: a packet that was on its way past the slow relay leads past it again.
            var slow = ""
            let isSlow = try lab.eventually {
                try lab.pvelab("fault", "vpn", "slow", "--milliseconds", "500")
                slow = try primary()
                return slow.wholeMatch(of: /.*answers, 1\d\d\d ms away: 220 .*/) != nil
            }
            #expect(isSlow, "\(slow)")
            try lab.pvelab("fault", "vpn", "up")

            try lab.pvelab("primary", "stop")
            try expect("down: its host answers, and nothing listens on port 25")
            for code in ["554", "421"] {
                try lab.pvelab("primary", "start")
                try lab.pvelab("primary", "refuse", code)
                try expect("refuses: \(code) ")
            }
            try lab.pvelab("primary", "refuse", "550", "--at", "recipient")
            let sent = try lab.guest(
                "faraway", 132, at: "10.2.0.32", "printf 'Subject: x\\n\\nx\\n' | sendmail -f '' you@yourdomain.net")
            #expect(sent.status == 0, "\(sent.output)")
            try expect("refuses: of a queued message it said: 550 ")
            try lab.pvelab("primary", "start")
            #expect(try lab.guest("faraway", 132, at: "10.2.0.32", "postsuper -d ALL 2>/dev/null").status == 0)
            #expect(try lab.mxprovision("teardown", "faraway", "--yes").status == 0)
        }
    }
}
