import Foundation
import Testing

extension `A backup MX in the lab` {
    /// One guest that receives mail from the internet: the secondary's public address leads to it.
    @Suite struct `with an ACME certificate and DNS records` {
        private static let site = "bare"
        private static let host = "mail-backup-3.yourdomain.net"
        private static let address = "10.2.0.25"

        private let lab: Lab

        init() throws {
            lab = try Lab()
            func value(_ name: String) throws -> String { try #require(lab.environment["PVELAB_\(name)"]) }
            try lab.replace("hostname: mail-backup.yourdomain.net", by: "hostname: \(Self.host)")
            try lab.replace(
                "  \(Self.site):\n",
                by: """
                      \(Self.site):
                        dns: {addresses: 198.51.100.20, preference: 30}
                        certificate:
                          acme: {challenge: http-01, directory: \(value("ACME_DIRECTORY")), authority: \(value("ACME_CA"))}

                    """)
            try lab.updateZone()
        }

        @Test func `accepts mail while the CA is unreachable, renews the certificate, and restores the zone`() throws {
            let zone = try lab.zone()
            #expect(!zone.contains { $0.hasPrefix(Self.host) })

            try lab.pvelab("fault", "acme", "down", "--guest", Self.address)
            let first = try lab.mxprovision("up", Self.site, "--json")
            try lab.pvelab("fault", "acme", "up")
            try #require(first.status == 75, "\(first.output)")
            publishesTheMailExchangerLast(first.output)
            let deferred = try lab.events(in: first.output).first { $0.event == "deferred" }
            #expect(deferred?.step == "acme" && deferred?.text?.contains("Connection refused") == true)
            #expect(try lab.mxprovision("status", Self.site).output.contains("tls       self-signed, "))
            #expect(try lab.answer(at: "198.51.100.20", to: "you@yourdomain.net").contains("<-  250 2.1.5 Ok"))
            #expect(try lab.mxprovision("plan", Self.site).status == 2)

            let second = try lab.upIssuing(Self.site)
            try #require(second.status == 0 && second.output.contains(" 1 changed"), "\(second.output)")
            try settlesDown()
            try renews()

            try lab.replace(
                #"acme: \{challenge: http-01,"#,
                by: """
                    acme: {challenge: dns-01, propagation: 0, tsig: {name: \(lab.environment["PVELAB_ACME_TSIG_NAME"] ?? ""), \
                    file: \(lab.environment["PVELAB_ACME_TSIG_FILE"] ?? "")},
                    """)
            let third = try lab.upIssuing(Self.site)
            try #require(third.status == 0 && third.output.contains("challenge: http-01 → dns-01"), "\(third.output)")
            #expect(!third.output.contains(try secret()))
            try settlesDown()
            try renews()
            try outlivesItsCertificate()
            try takesGivenFiles()

            let teardown = try lab.mxprovision("teardown", Self.site, "--yes", "--json")
            #expect(teardown.status == 0, "\(teardown.output)")
            withdrawsTheMailExchangerFirst(teardown.output)
            try lab.zone(isStill: zone)
            let kept = try lab.run("grep", ["-rF", try secret(), lab.folder])
            #expect(kept.status == 1, "a secret in the state: \(kept.output)")
        }

        /// The name is published before the steps, for the authority; the MX record after Postfix is verified.
        private func publishesTheMailExchangerLast(_ output: String) {
            let order = events(of: "dns", and: ["verified"], in: output)
            #expect(order == ["\(Self.host) A", "verified", "yourdomain.net MX"])
        }

        private func withdrawsTheMailExchangerFirst(_ output: String) {
            let order = events(of: "dns", and: ["waiting", "note", "guest"], in: output)
            #expect(order == ["yourdomain.net MX", "waiting", "note", "guest", "\(Self.host) A"])
        }

        /// Returns the subjects of one step's changes, and the other events or steps between them, in order.
        private func events(of step: String, and others: [String], in output: String) -> [String] {
            let events = (try? lab.events(in: output)) ?? []
            return events.flatMap { event -> [String] in
                if event.event == "changed", event.step == step { return event.changes?.map(\.subject) ?? [] }
                if event.event == "changed", let step = event.step, others.contains(step) { return [step] }
                return others.contains(event.event) ? [event.event] : []
            }
        }

        private func settlesDown() throws {
            let again = try lab.mxprovision("up", Self.site)
            #expect(again.status == 0 && again.output.contains(" 0 changed"), "\(again.output)")
            #expect(try lab.mxprovision("status", Self.site).output.contains("tls       by CN=Pebble Intermediate CA"))
        }

        /// Does what certbot's timer does. Postfix serves the new certificate without a reload by hand.
        private func renews() throws {
            let before = try issued()
            let renew = "certbot renew --force-renewal --no-random-sleep-on-renew"
            var renewal = try lab.guest(Self.site, 110, at: Self.address, renew)
            // An error of Pebble, see `upIssuing`. The timer would retry.
            if renewal.output.contains("Remote end closed connection without response") {
                renewal = try lab.guest(Self.site, 110, at: Self.address, renew)
            }
            #expect(renewal.status == 0, "\(renewal.output)")
            #expect(try issued() != before)
            #expect(try lab.mxprovision("plan", Self.site).status == 0)
        }

        /// The authority is unavailable until the certificate expires. A self-signed one replaces it, and no later run
        /// restores the expired one.
        private func outlivesItsCertificate() throws {
            let ended = try lab.guest(
                Self.site, 110, at: Self.address,
                """
                set -e; cd /etc/letsencrypt/live/\(Self.host); d=$(mktemp -d)
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -subj /CN=ca -keyout $d/key -out $d/ca
                openssl req -new -key privkey.pem -subj /CN=x -out $d/csr
                echo subjectAltName=DNS:\(Self.host) >$d/ext
                openssl x509 -req -in $d/csr -CA $d/ca -CAkey $d/key -CAcreateserial -days -1 -extfile $d/ext -out cert.pem
                cat cert.pem >fullchain.pem; cat privkey.pem cert.pem >/etc/postfix/tls/chain.pem
                """)
            try #require(ended.status == 0, "\(ended.output)")
            try lab.pvelab("fault", "acme", "down", "--guest", Self.address)
            let replaced = try lab.mxprovision("up", Self.site)
            let again = try lab.mxprovision("up", Self.site)
            try lab.pvelab("fault", "acme", "up")
            #expect(replaced.status == 75 && replaced.output.contains(" 1 changed"), "\(replaced.output)")
            #expect(again.status == 75 && again.output.contains(" 0 changed"), "\(again.output)")
            #expect(try lab.mxprovision("status", Self.site).output.contains("tls       self-signed, "))
            let mended = try lab.upIssuing(Self.site)
            #expect(mended.status == 0 && mended.output.contains("certificate: expires soon"), "\(mended.output)")
            _ = try issued()
        }

        /// Returns the fingerprint of the certificate that the internet sees. It is issued by the authority for the
        /// host's name.
        private func issued() throws -> String {
            let root = try #require(lab.environment["PVELAB_ACME_ROOT"])
            return try served("-CAfile", root, "-verify_hostname", Self.host, "-verify_return_error")
        }

        private func served(_ verification: String...) throws -> String {
            let way = ["s_client", "-starttls", "smtp", "-connect", "198.51.100.20:25"]
            let shown = try lab.run("openssl", way + verification)
            #expect(verification.isEmpty || shown.output.contains("Verify return code: 0 (ok)"), "\(shown.output)")
            let file = lab.folder + "/served.pem"
            try shown.output.write(toFile: file, atomically: true, encoding: .utf8)
            return try fingerprint(of: file)
        }

        private func fingerprint(of file: String) throws -> String {
            let told = try lab.run("openssl", ["x509", "-in", file, "-noout", "-fingerprint", "-sha256"])
            try #require(told.status == 0, "\(told.output)")
            return told.output
        }

        /// A user's own key and certificate replace the issued ones permanently.
        private func takesGivenFiles() throws {
            let (key, chain) = (lab.folder + "/key.pem", lab.folder + "/chain.pem")
            let made = try lab.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "9",
                    "-subj", "/CN=own", "-addext", "subjectAltName=DNS:\(Self.host)", "-keyout", key, "-out", chain,
                ])
            try #require(made.status == 0, "\(made.output)")
            try lab.replace("acme: [{][^\n]*", by: "files: {key: \(key), chain: \(chain)}")
            let up = try lab.mxprovision("up", Self.site)
            try #require(up.status == 0, "\(up.output)")
            #expect(up.output.contains("certificate: another certificate → the configured certificate"), "\(up.output)")
            #expect(up.output.contains("certbot delete"), "\(up.output)")
            #expect(try served() == fingerprint(of: chain))
            #expect(try lab.mxprovision("status", Self.site).output.contains("tls       ! self-signed, 8 days left"))
            #expect(try lab.mxprovision("plan", Self.site).status == 0)
        }

        private func secret() throws -> String {
            let file = try #require(lab.environment["PVELAB_ACME_TSIG_FILE"])
            return try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        }
    }
}
