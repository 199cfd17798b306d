import Foundation
import Testing

extension `A backup MX in the lab` {
    /// Part of the serialized suite, because all guests share one primary.
    @Suite struct `with an alert to send` {
        private static let site = "telling"
        private static let address = "10.2.0.33"
        private static let messages = 3

        private let lab: Lab
        private let subject = "told-\(UUID().uuidString)"

        init() throws {
            lab = try Lab()
            func value(_ name: String) throws -> String { try #require(lab.environment["PVELAB_\(name)"]) }
            let (hooks, authority) = (try value("HOOKS"), "authority: \(try value("ELSEWHERE_CA"))")
            for secret in ["slack", "ping"] { try secretFile(secret, "\(hooks)/\(secret)/hunter2") }
            try secretFile("token", "hunter3")
            try lab.replace("  bare:\n", by: "  \(Self.site):\n")
            try lab.replace("vmid: 110", by: "vmid: 133")
            try lab.replace(#"address: 10.2.0.25/24"#, by: "address: \(Self.address)/24")
            try lab.replace(
                "\n  \(Self.site):\n",
                by: """

                      \(Self.site):
                        alert: {healthchecks: {url: {file: ping}, \(authority)}}

                    """)
            try lab.replace(
                "\nsites:\n",
                by: """

                    monitor: {patience: 0, messages: \(Self.messages - 1)}
                    alert:
                      - ntfy: {url: "\(hooks)/ntfy", token: {file: token}, \(authority)}
                      - gotify: {url: "\(hooks)/gotify", token: {file: token}, \(authority)}
                      - slack: {url: {file: slack}, \(authority)}
                      - webhook: {url: "\(hooks)/hook", \(authority)}
                      - smtp:
                          host: \(value("RELAY"))
                          login: {user: \(value("RELAY_USER")), file: \(value("RELAY_PASSWORD_FILE"))}
                          from: mx@elsewhere.example
                          to: ops@elsewhere.example
                          \(authority)
                      - command: [/bin/sh, -c, 'echo "$ALERT_TITLE" >>/srv/told']
                    sites:

                    """)
        }

        private func secretFile(_ name: String, _ text: String) throws {
            let made = FileManager.default.createFile(
                atPath: "\(lab.folder)/\(name)", contents: Data("\(text)\n".utf8),
                attributes: [.posixPermissions: 0o600])
            try #require(made)
        }

        @Test func `sends it once through each channel and accepts no mail for it`() throws {
            defer {
                _ = try? lab.pvelab("elsewhere", "answer", "200")
                _ = try? lab.pvelab("primary", "start")
            }
            let up = try lab.mxprovision("up", Self.site, "--verbose")
            try #require(up.status == 0, "\(up.output)")
            try eachWayIsTested()
            try aSecretIsNobodys(output: up.output)
            let before = try told()

            try lab.pvelab("primary", "stop")
            try guest(
                "for i in $(seq \(Self.messages)); do printf 'Subject: \(subject)\\n\\nx\\n' | sendmail -f '' you@yourdomain.net; done"
            )
            #expect(try lab.eventually { try guest("postqueue -j | grep -c deferred").hasPrefix("\(Self.messages)\n") })
            for _ in 1...2 { try watch() }
            let down = try told(since: before)
            #expect(down == all(["the primary is down", "\(Self.messages) messages are queued"]), "\(down)")
            #expect(try posted("/ping/hunter2/fail") > 0)
            let status = try lab.mxprovision("status", Self.site)
            #expect(status.output.contains(": The primary (10.1.0.12:25) is down: "), "\(status.output)")
            #expect(try lab.mxprovision("alert", Self.site).status == 1)

            try lab.pvelab("elsewhere", "answer", "503")
            try lab.pvelab("primary", "start")
            try watch()
            #expect(try lab.eventually { try delivered() == Self.messages })
            try watch()
            let late = try lab.mxprovision("status", Self.site).output
            #expect(late.contains("! 2 cannot be sent by gotify: it returned HTTP status 503"), "\(late)")
            try lab.pvelab("elsewhere", "answer", "200")
            try watch()
            let back = try told(since: before)
            let ends = ["the primary is back", "the queue is short again"]
            #expect(back == all(["the primary is down", "\(Self.messages) messages are queued"] + ends), "\(back)")
            #expect(try lab.mxprovision("alert", Self.site).status == 0)
            try aMonitorThatCannotWorkIsNoHealth()

            let journal = try guest("journalctl --unit 'postfix@-' --output cat --quiet")
            #expect(journal.ranges(of: ": removed").count == Self.messages, "\(journal)")
            #expect(!journal.contains("ops@elsewhere.example") && !journal.contains("<mx@"), "\(journal)")
            #expect(try lab.mxprovision("teardown", Self.site, "--yes").status == 0)
        }

        private func eachWayIsTested() throws {
            let (status, report) = try lab.report(["alert", Self.site, "--test"])
            let ways = ["command", "gotify", "healthchecks", "ntfy", "slack", "smtp", "webhook"]
            #expect(status == 0 && report.areas.flatMap(\.checks).map(\.name) == ways, "\(report)")
            try lab.pvelab("elsewhere", "answer", "403")
            let refused = try lab.report(["alert", Self.site, "--test"])
            try lab.pvelab("elsewhere", "answer", "200")
            #expect(refused.status == 1)
            #expect(refused.report.failed.map(\.name) == ["gotify", "healthchecks", "ntfy", "slack", "webhook"])
            #expect(refused.report.failed.allSatisfy { $0.evidence == "it returned HTTP status 403" })
        }

        /// Checks a sample of the monitor's faults; the unit tests have all of them. With each fault, the dead-man's
        /// switch gets no success.
        private func aMonitorThatCannotWorkIsNoHealth() throws {
            let monitor = "/usr/local/lib/mxprovision/monitor"
            let faults = [
                // The mount ends with the command.
                "unshare --mount sh -c 'mount --bind /var/lib/mxprovision /var/lib/mxprovision && mount -o remount,ro,bind /var/lib/mxprovision && exec \(monitor)'",
                "cp -p /etc/postfix/main.cf /srv/; echo broken >>/etc/postfix/main.cf; \(monitor); cp -p /srv/main.cf /etc/postfix/",
                "mv /usr/bin/openssl /srv/; \(monitor); mv /srv/openssl /usr/bin/",
                "systemctl stop postfix@-; \(monitor); systemctl start postfix@-",
            ]
            // cron is stopped, so that nothing else pings.
            try guest("systemctl stop cron; flock /etc/mxprovision true")
            let dead = try lab.mxprovision("alert", Self.site)
            #expect(dead.status == 1 && dead.output.contains("cron is not running"), "\(dead.output)")
            #expect(try lab.mxprovision("status", Self.site).output.contains("cron is not running"))
            for fault in faults {
                let before = try posted("/ping/hunter2")
                try guest("{ \(fault); } 2>&1 || true")
                #expect(try posted("/ping/hunter2") == before, "\(fault)")
            }
            #expect(try posted("/hook") > 0)
            let before = try posted("/ping/hunter2")
            #expect(
                try lab.eventually { try guest("\(monitor) 2>&1 || true") == "" && posted("/ping/hunter2") > before })
            // cron itself runs the monitor.
            let last = try posted("/ping/hunter2")
            try guest("systemctl start cron")
            #expect(try lab.eventually { try posted("/ping/hunter2") > last })
            #expect(try lab.mxprovision("alert", Self.site).status == 0)
        }

        private func aSecretIsNobodys(output: String) throws {
            let password = try String(
                contentsOfFile: #require(lab.environment["PVELAB_RELAY_PASSWORD_FILE"]), encoding: .utf8
            ).trimmingCharacters(in: .newlines)
            let state = try lab.run("grep", ["-rlE", "hunter[23]|\(password)", lab.folder + "/state"])
            #expect(state.status == 1, "a secret in the state: \(state.output)")
            for secret in ["hunter2", "hunter3", password] { #expect(!output.contains(secret)) }
            let open = try guest(
                "find /etc/mxprovision/alert ! -name '*.pem' -type f -perm /077; stat -c %a /etc/mxprovision/alert; "
                    + "grep -rlE 'hunter[23]|\(password)' /var/lib/mxprovision /run/mxprovision /var/log /etc/systemd /etc/cron.d || true"
            )
            #expect(open == "700\n")
        }

        /// Runs the monitor now, as cron does. If it runs already, waits for its end.
        private func watch() throws { try guest("/usr/local/lib/mxprovision/monitor") }

        @discardableResult
        private func guest(_ command: String) throws -> String {
            let answer = try lab.guest(Self.site, 133, at: Self.address, command)
            try #require(answer.status == 0, "\(answer.output)")
            return answer.output
        }

        /// Returns each title once for each alert channel.
        private func all(_ titles: [String]) -> [String: [String]] {
            let ways = ["/ntfy", "/gotify/message", "/slack/hunter2", "/hook", "smtp", "command"]
            return Dictionary(uniqueKeysWithValues: ways.map { way in (way, titles.sorted()) })
        }

        /// Returns the titles by alert channel, without those that were sent before.
        private func told(since before: [String: [String]] = [:]) throws -> [String: [String]] {
            var told: [String: [String]] = [:]
            for line in try lab.pvelab("elsewhere", "posted").output.split(separator: "\n") {
                struct Posted: Decodable {
                    var path: String
                    var headers: [String: String]
                    var body: String
                }
                let posted = try JSONDecoder().decode(Posted.self, from: Data(line.utf8))
                if posted.path.hasPrefix("/ping") { continue }
                let fields = try? JSONSerialization.jsonObject(with: Data(posted.body.utf8)) as? [String: Any]
                let title = posted.headers["title"] ?? fields?["title"] as? String ?? fields?["text"] as? String
                told[posted.path, default: []].append(try #require(title, "\(line)"))
            }
            for line in try lab.pvelab("elsewhere", "mail").output.split(separator: "\n")
            where line.hasPrefix("Subject: ") {
                told["smtp", default: []].append(String(line.dropFirst("Subject: ".count)))
            }
            told["command"] = try guest("cat /srv/told").split(separator: "\n").map(String.init)
            return Dictionary(
                uniqueKeysWithValues: told.map { way, titles in
                    (way, titles.dropFirst(before[way, default: []].count).map(Self.title).sorted())
                })
        }

        /// Returns the title without the host's name before it and the text after it.
        private static func title(_ text: String) -> String {
            let parts = text.split(separator: ": ", maxSplits: 2)
            return parts.count > 1 ? String(parts[1]) : text
        }

        private func posted(_ path: String) throws -> Int {
            try lab.pvelab("elsewhere", "posted").output.ranges(of: "\"path\":\"\(path)\"").count
        }

        private func delivered() throws -> Int {
            try lab.pvelab("primary", "mail", "you").output.ranges(of: "Subject: \(subject)\n").count
        }
    }
}
