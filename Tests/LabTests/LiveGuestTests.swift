import Foundation
import Testing

extension `A backup MX in the lab` {
    /// Invariant 11: a guest that serves mail keeps serving it, whatever a run is to change.
    @Suite struct `that serves mail` {
        private static let address = "10.2.0.36"
        private static let id = 136

        /// Replacements in a copy of the playbook. Each of them would make Postfix reject good mail, or stop.
        private static let changes: [(found: String, replacement: String)] = [
            (#"relay_domains: .*"#, "relay_domains: wrong.example"),
            (#"relay_domains: .*"#, "relay_domains: $relay_domains"),
            (#"relay_domains: .*"#, "relay_domains: \"\""),
            (#"myhostname: .*"#, "myhostname: yourdomain.net"),
            (#"myhostname: .*"#, "myhostname: -bad-"),
            (#"virtual_alias_domains: .*"#, "virtual_alias_domains: yourdomain.net"),
            (#"mydestination: .*"#, "mydestination: yourdomain.net"),
            (#"smtpd_relay_restrictions: .*"#, "smtpd_relay_restrictions: reject"),
            (#"smtpd_relay_restrictions: .*"#, "smtpd_relay_restrictions: defer"),
            (#"smtpd_helo_restrictions: .*"#, "smtpd_helo_restrictions: reject"),
            (#"smtpd_sender_restrictions: .*"#, "smtpd_sender_restrictions: reject"),
            (#"smtpd_helo_required: .*"#, "smtpd_client_restrictions: reject"),
            (#"relay_recipient_maps: hash:.*"#, "relay_recipient_maps: hash:/etc/postfix/none"),
            (#"relay_recipient_maps: hash:.*"#, "relay_recipient_maps: \"inline:{nobody@example.org=OK}\""),
            (#"transport_maps: .*"#, "transport_maps: nosuch:/etc/postfix/transport"),
            (#"local_transport: .*"#, "default_process_limit: \"0x\""),
            (
                #"smtpd_recipient_restrictions: .*\n        relay_recipient_maps: hash"#,
                "smtpd_recipient_restrictions: reject\n        relay_recipient_maps: hash"
            ),
            (#"smtpd_banner: .*"#, "smtpd_banner: other.example ESMTP"),
            (#"smtpd_tls_security_level: may"#, "smtpd_tls_security_level: none"),
            (#"message_size_limit: .*"#, "message_size_limit: abc"),
        ]

        private let lab: Lab

        init() throws {
            lab = try Lab(inventory: "live")
            try lab.replace("vmid: 110", by: "vmid: \(Self.id)")
            try lab.replace(#"10\.2\.0\.25"#, by: Self.address)
            try lab.replace("hostname: mail-backup.yourdomain.net", by: "hostname: mail-backup-6.yourdomain.net")
            try FileManager.default.copyItem(atPath: "Playbooks", toPath: lab.folder + "/Playbooks")
        }

        private func playbook(_ change: (found: String, replacement: String), _ number: Int) throws -> String {
            let text = try String(contentsOfFile: "Playbooks/backup-mx.yml", encoding: .utf8)
            let changed = text.replacing(try Regex(change.found), with: change.replacement, maxReplacements: 1)
            try #require(changed != text, "the playbook has no \(change.found)")
            let path = "\(lab.folder)/Playbooks/bad-\(number).yml"
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        /// Starts a sender that delivers message after message to a listed recipient, each in its own session. It
        /// records the reply to RCPT and, if that is positive, the reply to the message.
        private func traffic() throws -> Process {
            let script = """
                # A server that hangs up must not end the client.
                trap '' PIPE
                n=0
                while [ ! -e \(lab.folder)/stop ] && [ $n -lt 20000 ]; do
                    n=$((n + 1))
                    exec 3<>/dev/tcp/\(Self.address)/25 || { echo "$n none"; sleep 0.05; continue; }
                    reply() {
                        said=
                        while IFS= read -r -t 20 said <&3; do case $said in ???-*) ;; *) break ;; esac; done
                        said=${said%$'\\r'}
                        [ -n "$said" ] || said=lost
                    }
                    reply
                    for command in 'EHLO client.sender.example' 'MAIL FROM:<alice@sender.example>'; do
                        printf '%s\\r\\n' "$command" >&3; reply
                    done
                    printf 'RCPT TO:<you@yourdomain.net>\\r\\n' >&3; reply
                    echo "$n rcpt $said"
                    case $said in 250*)
                        printf 'DATA\\r\\n' >&3; reply
                        echo "$n data $said"
                        case $said in 354*)
                            printf 'Subject: live-%s-end\\r\\n\\r\\nx\\r\\n.\\r\\nQUIT\\r\\n' "$n" >&3; reply
                            echo "$n message $said" ;;
                        esac ;;
                    esac
                    exec 3<&- 2>/dev/null
                done 2>/dev/null
                """
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = ["-c", script]
            process.standardInput = FileHandle.nullDevice
            let log = lab.folder + "/traffic"
            try #require(FileManager.default.createFile(atPath: log, contents: nil))
            process.standardOutput = FileHandle(forWritingAtPath: log)
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }

        @Test func `never refuses a listed recipient permanently and loses no mail, whatever a run changes`() throws {
            try #require(try lab.mxprovision("up", "bare").status == 0)
            defer { _ = try? lab.mxprovision("teardown", "bare", "--yes", "--drain", "60") }
            let sender = try traffic()
            var survived = 0
            for (number, change) in Self.changes.enumerated() {
                let bad = try lab.mxprovision(["up", "bare", "--playbook", try playbook(change, number)])
                #expect(bad.status == 1, "\(change): \(bad.output)")
                #expect(
                    bad.output.contains("was restored and passed verification"), "\(change): \(bad.output)")
                let plan = try lab.mxprovision("plan", "bare")
                #expect(plan.status == 0, "\(change): \(plan.output)")
                survived += bad.status == 1 && plan.status == 0 ? 1 : 0
            }
            try #require(FileManager.default.createFile(atPath: lab.folder + "/stop", contents: nil))
            sender.waitUntilExit()
            let lines = try String(contentsOfFile: lab.folder + "/traffic", encoding: .utf8).split(separator: "\n")
            let refused = lines.filter { $0.contains(/^\d+ (rcpt|data|message) 5/) }
            #expect(refused.isEmpty, "\(refused.prefix(5))")
            let accepted = lines.compactMap { $0.firstMatch(of: /^(\d+) message 250/)?.1 }
            #expect(accepted.count > 20, "\(lines.suffix(5))")
            let deferred = lines.count { $0.contains(/^\d+ rcpt 4/) }
            let arrived = try lab.eventually {
                // Mail that a bad configuration deferred would otherwise wait for minutes.
                _ = try lab.guest("bare", Self.id, at: Self.address, "postqueue -f")
                let mailbox = try lab.pvelab("primary", "mail", "you").output
                return accepted.allSatisfy { mailbox.contains("live-\($0)-end") }
            }
            #expect(arrived, "a message was lost")
            print(
                "bad changes of a live guest: \(survived)/\(Self.changes.count) survived, \(accepted.count) messages accepted, "
                    + "\(deferred) deferred, \(refused.count) refused")
        }
    }
}
