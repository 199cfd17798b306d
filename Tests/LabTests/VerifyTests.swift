import Foundation
import Testing

extension `A backup MX in the lab` {
    /// Settings that turn a guest's Postfix into something other than a backup MX, and the check that detects each of
    /// them.
    @Suite struct `under verification` {
        struct Mutant: Sendable, CustomTestStringConvertible {
            var testDescription: String
            /// The settings for `postconf -e`.
            var settings: [String]
            var subject: String
            var check: String
            var verdict: String

            init(_ settings: String..., is check: String, of subject: String, _ verdict: String = "fail") {
                testDescription = settings.joined(separator: ", ")
                (self.settings, self.check, self.subject, self.verdict) = (settings, check, subject, verdict)
            }
        }

        static let open = "smtpd_relay_restrictions=permit_mynetworks, reject_unauth_destination"
        static let mutants = [
            Mutant("relay_recipient_maps=", is: "unlisted", of: "strangers"),
            Mutant("smtpd_reject_unlisted_recipient=no", is: "unlisted", of: "strangers"),
            Mutant(
                "relay_domains=yourdomain.net, elsewhere.example", "relay_recipient_maps=",
                is: "RCPT TO:<victim@elsewhere.example>", of: "strangers"),
            Mutant(
                "mynetworks=0.0.0.0/0", open, "smtpd_recipient_restrictions=",
                is: "RCPT TO:<victim@elsewhere.example>", of: "strangers"),
            Mutant(
                "parent_domain_matches_subdomains=relay_domains", "relay_recipient_maps=",
                is: "RCPT TO:<you@sub.yourdomain.net>", of: "strangers"),
            Mutant(
                "smtpd_relay_restrictions=defer_unauth_destination", "smtpd_recipient_restrictions=",
                is: "RCPT TO:<victim@elsewhere.example>", of: "strangers", "warn"),
            Mutant(
                "local_transport=local:", "local_recipient_maps=", is: "RCPT TO:<you@[10.2.0.25]>", of: "strangers"),
            Mutant(
                "relay_recipient_maps=inline:{you@yourdomain.net=OK}", is: "listed admin@yourdomain.net",
                of: "recipients"),
            Mutant(
                "virtual_alias_domains=mail-backup.yourdomain.net",
                is: "RCPT TO:<root@mail-backup.yourdomain.net>", of: "strangers"),
            Mutant(
                "address_verify_sender=double-bounce", is: "RCPT TO:<double-bounce@mail-backup.yourdomain.net>",
                of: "strangers"),
            Mutant("myhostname=mail.elsewhere.example", is: "banner", of: "smtp"),
            Mutant("smtpd_tls_security_level=none", is: "STARTTLS", of: "smtp"),
            Mutant("disable_vrfy_command=no", is: "VRFY", of: "smtp"),
            Mutant("smtpd_etrn_restrictions=", is: "ETRN", of: "smtp"),
            Mutant("smtpd_discard_ehlo_keywords=", is: "DSN", of: "smtp"),
            Mutant("message_size_limit=0", is: "oversize", of: "smtp"),
            Mutant("smtpd_helo_restrictions=", is: "HELO without a domain", of: "smtp", "warn"),
            Mutant("smtpd_sender_restrictions=", is: "sender of an unknown domain", of: "smtp", "warn"),
            Mutant("smtpd_forbid_bare_newline=no", is: "end of data <LF>.<CR><LF>", of: "smtp"),
            Mutant("smtpd_forbid_unauth_pipelining=no", is: "commands before the greeting", of: "smtp", "warn"),
            Mutant("maximal_queue_lifetime=5d", is: "queue lifetime", of: "queue"),
            Mutant("bounce_queue_lifetime=1d", is: "bounce lifetime", of: "queue"),
            Mutant("queue_minfree=1000000000000000", is: "disk space for the queue", of: "queue"),
            Mutant("message_size_limit=20480000", is: "primary's size limit fits the backup's", of: "primary"),
            Mutant("message_size_limit=10239000", is: "primary accepts the largest message", of: "primary"),
        ]

        private let lab: Lab
        private let id = 110
        private let address = "10.2.0.25"

        init() throws { lab = try Lab() }

        private func verify(_ only: String...) throws -> (status: Int32, report: LabReport) {
            let subjects = only.isEmpty ? [] : ["--only"] + only
            return try lab.report(["verify", "bare", "--strict-domain", "sender.example"] + subjects)
        }

        private func byHand(_ command: String) throws {
            let answer = try lab.guest("bare", id, at: address, command)
            try #require(answer.status == 0, "\(command): \(answer.output)")
        }

        /// Changes Postfix's settings and restarts it, with systemd's start limit reset.
        private func restart(_ command: String) throws {
            try byHand(
                """
                \(command) && touch -d '3 seconds ago' /etc/postfix/main.cf && systemctl reset-failed 'postfix*' && \
                systemctl restart postfix
                """)
        }

        /// Detects a certificate for another name, an expired one, and one that Postfix has not loaded yet.
        private func tellsCertificates() throws {
            try byHand(
                """
                cp -p /etc/postfix/tls/chain.pem /root/chain.pem && cd /root && \
                openssl req -newkey rsa:2048 -nodes -keyout k -subj /CN=x -out r 2>/dev/null
                """)
            let cases = [
                ("mail-backup.yourdomain.net", 90, "certificate on disk"),
                ("mail.elsewhere.example", 90, "certificate name"),
                ("mail-backup.yourdomain.net", -1, "certificate validity"),
            ]
            for (name, days, check) in cases {
                try byHand(
                    """
                    cd /root && echo subjectAltName=DNS:\(name) > e && \
                    openssl x509 -req -in r -signkey k -days \(days) -extfile e -out c 2>/dev/null && \
                    cat k c > /etc/postfix/tls/chain.pem
                    """)
                if check != "certificate on disk" { try restart("true") }
                let seen = try verify("tls")
                #expect(
                    seen.status == 1 && seen.report.amiss.filter { $0.verdict == "fail" }.map(\.name) == [check],
                    "\(check): \(seen.report)")
            }
            try restart("cp -p /root/chain.pem /etc/postfix/tls/chain.pem")
            #expect(try verify("tls").status == 0)
        }

        /// One guest for all cases, because creating a guest takes longer than the cases.
        @Test func `passes, and each mutant and the article's own settings fail`() throws {
            try lab.replace(#"(  bare:\n)"#, by: "  bare:\n    dns: {addresses: [198.51.100.20, \"2001:db8:2::25\"]}\n")
            try lab.replace(
                "alerts: ops@sender.example",
                by: "alerts: ops@sender.example\ndns: {authoritative: [198.51.100.1], resolver: 198.51.100.1}")
            let up = try lab.mxprovision("up", "bare")
            try #require(up.status == 0, "\(up.output)")

            // `ssh -W` would be refused.
            try byHand(
                "printf 'AllowTcpForwarding no\\nPermitOpen none\\n' >/etc/ssh/sshd_config.d/0.conf && systemctl reload ssh"
            )
            let right = try verify()
            // The certificate is self-signed and the inventory requires no better one. The lab's primary has no
            // `abuse`.
            let doubtful = ["certificate chain", "primary accepts listed abuse@yourdomain.net"]
            #expect(right.status == 0 && right.report.amiss.map(\.name) == doubtful, "\(right.report)")
            #expect(
                right.report.areas.map(\.name) == ["smtp", "recipients", "strangers", "dns", "tls", "queue", "primary"])
            #expect(right.report.areas.flatMap(\.checks).count > 90)
            try tellsCertificates()

            try byHand("cp -p /etc/postfix/main.cf /root/main.cf")
            for mutant in Self.mutants {
                let settings = mutant.settings.map { "'\($0)'" }.joined(separator: " ")
                try restart("postconf -e \(settings)")
                let seen = try verify(mutant.subject)
                let found = seen.report.amiss.filter { $0.verdict == mutant.verdict }.map(\.name)
                #expect(found.contains { $0.hasPrefix(mutant.check) }, "\(mutant.testDescription): \(seen.report)")
                #expect(seen.status == (mutant.verdict == "fail" ? 1 : 0), "\(mutant.testDescription)")
                try byHand("cp -p /root/main.cf /etc/postfix/main.cf")
            }

            // The article's commands, on the main.cf of Debian's "Internet Site".
            try restart(
                """
                cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf && postconf -e compatibility_level=3.6 \
                myhostname=mail-backup.yourdomain.net mydomain=yourdomain.net 'myorigin=$mydomain' \
                relay_domains=yourdomain.net relay_transport=smtp transport_maps=hash:/etc/postfix/transport \
                mydestination= local_recipient_maps= inet_interfaces=all inet_protocols=all smtpd_tls_security_level=may \
                'smtpd_recipient_restrictions=reject_unauth_destination, check_recipient_access hash:/etc/postfix/relay_recipients'
                """)
            let article = try verify("smtp", "strangers", "queue")
            #expect(article.status == 1)
            let failed = Set(article.report.amiss.filter { $0.verdict == "fail" }.map(\.name))
            #expect(failed.contains { $0.hasPrefix("unlisted <no-such-") }, "\(failed)")
            #expect(
                failed.isSuperset(of: [
                    "RCPT TO:<you@sub.yourdomain.net>", "VRFY", "ETRN", "end of data <LF>.<CR><LF>", "queue lifetime",
                ]), "\(failed)")

            try restart("cp -p /root/main.cf /etc/postfix/main.cf")
            #expect(try lab.mxprovision("teardown", "bare", "--yes", "--now").status == 0)
        }
    }
}
