import Foundation
import Testing

extension `A backup MX in the lab` {
    /// One guest behind the lab's UniFi gateway, and its port forward. Part of the serialized suite, because the site
    /// has one public address.
    @Suite struct `behind a UniFi gateway` {
        private let lab: Lab
        private let gateway: LabGateway
        private let rule = "mxprovision labtests/routed smtp"

        init() throws {
            lab = try Lab()
            gateway = try LabGateway(lab)
            try lab.replace(
                "  shipped:\n",
                by: """
                      routed:
                        router:
                          unifi: {address: \(gateway.address), fingerprint: "\(gateway.fingerprint)", key: {file: \(gateway.keyFile)}}
                          outside: \(gateway.publicAddress)
                        guest:
                          vmid: 128
                          template: 101
                          pool: sites
                          hostname: mail-backup-3.yourdomain.net
                          network: {bridge: vmbr0, address: 10.2.0.28/24, gateway: 10.2.0.1}
                      shipped:

                    """)
            // The primary responds on port 25, which proves that this machine's network permits outgoing SMTP.
            try lab.replace(
                "domain: yourdomain.net\n", by: "domain: yourdomain.net\ndns: {primary: {addresses: [198.51.100.10]}}\n"
            )
        }

        @Test func `forwards mail to the guest, is repaired, reports errors, and restores the gateway`() throws {
            let byHand = try gateway.forwards()
            defer {
                try? gateway.order("none")
                try? gateway.restore(byHand)
            }
            try conflictIsTold(byHand)
            try forwardIsMadeOnce()
            try changesByHandAreRepaired()
            try loginsAreLetIn()
            try troublesAreTold()
            try forwardByHandIsLookedThrough()

            let teardown = try lab.mxprovision("teardown", "routed", "--yes")
            #expect(teardown.status == 0 && teardown.output.contains(" → (removed)"), "\(teardown.output)")
            #expect(try gateway.forwards().isEmpty)
            try gateway.restore(byHand)
            #expect(try gateway.forwards().map(\.fields) == byHand.map(\.fields))
        }

        /// An existing forward of port 25 is kept, and all preceding work is done.
        private func conflictIsTold(_ byHand: [LabGateway.Forward]) throws {
            let up = try lab.mxprovision("up", "routed")
            #expect(up.status == 1, "\(up.output)")
            #expect(
                up.output.contains("by its rule `mail to the backup`\n  it forwards to 10.2.0.25 port 25\n"),
                "\(up.output)")
            #expect(try gateway.forwards() == byHand)
            for forward in byHand { try gateway.remove(forward) }
        }

        private func forwardIsMadeOnce() throws {
            let up = try lab.mxprovision("up", "routed")
            #expect(up.status == 0 && up.output.contains(" 1 changed"), "\(up.output)")
            #expect(up.output.contains("\(rule): wan tcp 25 → 10.2.0.28 port 25"), "\(up.output)")
            #expect(up.output.contains("220 mail-backup-3.yourdomain.net ESMTP"), "\(up.output)")
            let mail = try lab.answer(at: gateway.publicAddress, to: "you@yourdomain.net")
            #expect(
                mail.contains("<-  220 mail-backup-3.yourdomain.net") && mail.contains("<-  250 2.1.5 Ok"), "\(mail)")
            try nothingIsToDo()
        }

        private func nothingIsToDo() throws {
            let again = try lab.mxprovision("up", "routed")
            #expect(again.status == 0 && again.output.contains(" 0 changed"), "\(again.output)")
        }

        private func changesByHandAreRepaired() throws {
            try gateway.change(rule, #"{"fwd":"10.2.0.99","log":true}"#)
            let plan = try lab.mxprovision("plan", "routed")
            #expect(plan.status == 2 && plan.output.contains("\(rule): fwd: 10.2.0.99 → 10.2.0.28"), "\(plan.output)")
            let up = try lab.mxprovision("up", "routed")
            #expect(up.status == 0 && up.output.contains(" 1 changed"), "\(up.output)")
            #expect(try gateway.forwards().map(\.fields["log"]) == ["true"], "what is not ours to set stays")
        }

        /// Uses a session login on both kinds of console. A session that expires after each call is renewed.
        private func loginsAreLetIn() throws {
            try lab.replace(
                #"key: \{file: [^}]*\}"#, by: "login: {user: \(gateway.user), file: \(gateway.passwordFile)}")
            for isClassic in [false, true] {
                if isClassic { try lab.replace(#"unifi: \{"#, by: "unifi: {port: 8443, ") }
                try gateway.order("expiring")
                try gateway.change(rule, #"{"enabled":false}"#)
                let up = try lab.mxprovision("up", "routed")
                #expect(up.status == 0 && up.output.contains("\(rule): enabled: false → true"), "\(up.output)")
                try gateway.order("none")
            }
        }

        private func troublesAreTold() throws {
            let troubles = [
                ("login-page", "with a web page instead of data\n  its title is `UniFi OS`\n"),
                ("2fa", "requires a second factor for `mxprovision`\n→ Create an API key"),
                ("down", "cannot be reached\n  Connection refused\n"),
            ]
            for (fault, said) in troubles {
                try gateway.order(fault)
                let plan = try lab.mxprovision("plan", "routed")
                #expect(plan.status == 1 && plan.output.contains(said), "\(fault): \(plan.output)")
            }
            try gateway.order("none")
            try gateway.change(rule, #"{"fwd":"10.2.0.99"}"#)
            try gateway.order("no-op")
            let up = try lab.mxprovision("up", "routed")
            #expect(up.status == 1, "\(up.output)")
            #expect(
                up.output.contains("accepted the change of the port forward but did not apply it\n"), "\(up.output)")
            #expect(up.output.contains("\(rule): fwd is 10.2.0.99, expected 10.2.0.28\n"), "\(up.output)")
            try gateway.order("none")
            #expect(try lab.mxprovision("up", "routed").status == 0)
            try nothingIsToDo()
        }

        /// With `router: manual`, checks an existing forward, then a missing one.
        private func forwardByHandIsLookedThrough() throws {
            let file = lab.folder + "/lab.yml"
            let automatic = try String(contentsOfFile: file, encoding: .utf8)
            try lab.replace(#"unifi: \{[^\n]*\}\}"#, by: "manual: true")
            let order = "TCP \(gateway.publicAddress) port 25 → 10.2.0.28 port 25"
            let seen = try lab.mxprovision("up", "routed")
            #expect(
                seen.status == 0 && seen.output.contains("configured manually; required forward: \(order)\n"),
                "\(seen.output)")
            try gateway.change(rule, #"{"enabled":false}"#)
            let unseen = try lab.mxprovision("up", "routed")
            #expect(unseen.status == 1, "\(unseen.output)")
            #expect(
                unseen.output.contains("\(gateway.publicAddress) refuses connections to port 25\n→ "),
                "\(unseen.output)")
            #expect(unseen.output.contains("for this forward: \(order)."), "\(unseen.output)")
            try automatic.write(toFile: file, atomically: true, encoding: .utf8)
        }
    }
}
