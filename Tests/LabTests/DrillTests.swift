import Foundation
import Testing

@testable import Engine

extension `A backup MX in the lab` {
    /// One guest for all drills, because creating a guest takes longer than a drill.
    @Suite struct `in a drill` {
        private static let (id, address) = (137, "10.2.0.37")
        let lab: Lab
        private var pvelab: String { FileManager.default.currentDirectoryPath + "/.build/debug/pvelab" }

        init() throws {
            lab = try Lab()
            func value(_ name: String) throws -> String { try #require(lab.environment["PVELAB_\(name)"]) }
            try lab.replace("  bare:\n", by: "  drilled:\n")
            try lab.replace("vmid: 110", by: "vmid: \(Self.id)")
            try lab.replace("template: 100", by: "template: 102")
            try lab.replace(#"address: 10\.2\.0\.25"#, by: "address: \(Self.address)")
            try lab.replace(
                #"address: 10\.1\.0\.12\}"#,
                by: """
                    address: 10.1.0.12, ssh: {host_key: \(value("PRIMARY_HOST_KEY")), user: root, \
                    identity: \(value("SSH_KEY"))}}
                    """)
            try lab.replace(
                "\ndefaults:\n",
                by: "\ndrill: {mailbox: [\(pvelab), primary, mail, you, --dir, \(lab.world)]}\ndefaults:\n")
        }

        struct Drill: Decodable {
            struct Message: Decodable {
                var number: Int
                var verdict: String
                var copies: Int
            }
            var recipient: String
            var showsContent: Bool
            var mostQueued: Int
            var messages: [Message]
            func numbers(_ verdict: String) -> [Int] { messages.filter { $0.verdict == verdict }.map(\.number) }
        }

        private func drill(_ words: String...) throws -> (status: Int32, seen: Drill) {
            struct Line: Decodable { var drill: Drill? }
            let outcome = try lab.mxprovision(["drill", "drilled", "--json"] + words)
            let lines = outcome.output.split(separator: "\n").filter { $0.contains(#""event":"drill""#) }
            let line = try #require(lines.first, "\(outcome.output)")
            return (outcome.status, try #require(try JSONDecoder().decode(Line.self, from: Data(line.utf8)).drill))
        }

        @Test
        func `delivers each message once, reports a lost, duplicated or altered one, and leaves no hold after a kill`()
            throws
        {
            let up = try lab.mxprovision("up", "drilled")
            try #require(up.status == 0, "\(up.output)")
            defer { _ = try? lab.pvelab("primary", "start") }

            let page = lab.folder + "/drill.html"
            let right = try drill("--messages", "60", "--hold", "1", "--report", page)
            #expect(right.status == 0 && right.seen.numbers("arrived") == Array(1...60), "\(right.seen)")
            #expect(right.seen.mostQueued == 60 && right.seen.showsContent)
            #expect(try String(contentsOfFile: page, encoding: .utf8).contains("All 60 messages arrived"))
            #expect(try lab.mxprovision("plan", "drilled").status == 0)

            try plants()
            try killedWhileItHolds()
            try killedWhileThePrimaryIsStopped()
            try killedAtEachPoint()
            try killedAndForgotten()
        }

        /// Tampers with queued messages before the primary starts again. The drill must detect each change, also if it
        /// reads only the primary's log.
        private func plants() throws {
            let plant = """
                set -eu
                for id in $(postqueue -j | sed -n 's/.*"queue_id": "\\([^"]*\\)".*mxprovision-drill.*/\\1/p'); do
                    number=$(postcat -hq $id | sed -n 's|^X-Mxprovision-Drill: [0-9a-f]* \\([0-9]*\\)/.*|\\1|p')
                    file=$(find /var/spool/postfix/deferred -name $id)
                    to=$(postcat -eq $id | sed -n 's/^recipient: //p')
                    case $number in
                    2) postsuper -d $id ;;
                    3) postcat -bhq $id | sendmail -i -f '' "$to" ;;
                    4) LC_ALL=C sed 's/\\(-----BEGIN CANARY [^-]*-----N.\\)./\\1Z/' "$file" >/tmp/altered
                       ! cmp -s /tmp/altered "$file"
                       cat /tmp/altered >"$file" ;;
                    esac
                done
                """
            let script = lab.folder + "/plant"
            try plant.write(toFile: script, atomically: true, encoding: .utf8)
            let known = "\(lab.folder)/state/labtests/drilled/known_hosts"
            let key = lab.environment["PVELAB_SSH_KEY"] ?? ""
            let ssh =
                "ssh -o BatchMode=yes -o UserKnownHostsFile=\(known) -o HostKeyAlias=drilled-\(Self.id) -i \(key) root@\(Self.address)"
            func planted(_ patience: String) throws -> (status: Int32, seen: Drill) {
                try drill(
                    "--messages", "6", "--hold", "0", "--patience", patience,
                    "--stop-primary", "\(pvelab) primary stop --dir \(lab.world)",
                    "--start-primary", "\(ssh) sh -s <\(script) && \(pvelab) primary start --dir \(lab.world)")
            }
            let read = try planted("6")
            #expect(read.status == 1 && read.seen.mostQueued == 6)
            #expect(read.seen.numbers("lost") == [2] && read.seen.numbers("duplicated") == [3], "\(read.seen)")
            #expect(read.seen.numbers("altered") == [4] && read.seen.numbers("arrived") == [1, 5, 6], "\(read.seen)")

            let inventory = try String(contentsOfFile: lab.folder + "/lab.yml", encoding: .utf8)
            try lab.replace(#"drill: \{.*\}"#, by: "drill: {log: journal, recipient: admin@yourdomain.net}")
            let logged = try drill("--messages", "3", "--hold", "0")
            #expect(logged.status == 0 && logged.seen.numbers("arrived") == [1, 2, 3], "\(logged.seen)")
            #expect(!logged.seen.showsContent)
            if Torture.isWhole {
                let logged = try planted("6")
                #expect(logged.status == 1)
                #expect(
                    logged.seen.numbers("lost") == [2] && logged.seen.numbers("duplicated") == [3], "\(logged.seen)")
                #expect(logged.seen.numbers("arrived") == [1, 4, 5, 6], "the log does not contain a message's text")
            }
            try inventory.write(toFile: lab.folder + "/lab.yml", atomically: true, encoding: .utf8)
        }

        /// Starts a drill and kills it while its messages are in the queue.
        ///
        /// - Returns: The recipient of the messages.
        private func kill(_ words: String..., after meanwhile: () throws -> Void = {}) throws -> String {
            let log = lab.folder + "/killed.log"
            try Data().write(to: URL(filePath: log))
            let process = Process()
            process.executableURL = URL(filePath: ".build/debug/mxprovision")
            process.arguments =
                ["drill", "drilled", "--messages", "5", "--hold", "300"] + lab.files + words
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: log))
            process.standardError = process.standardOutput
            process.standardInput = FileHandle.nullDevice
            try process.run()
            defer {
                Foundation.kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            let isQueued = try lab.eventually {
                try String(contentsOfFile: log, encoding: .utf8).contains("5 of 5 messages are in the backup's queue")
            }
            let said = try String(contentsOfFile: log, encoding: .utf8)
            try #require(isQueued, "\(said)")
            try meanwhile()
            let queue = try byHand("postqueue -j").output
            return String(try #require(queue.firstMatch(of: /[^"]*\+mxprovision-drill-[0-9a-f]{8}@[^"]*/)).0)
        }

        func byHand(_ command: String) throws -> Lab.Outcome {
            try lab.guest("drilled", Self.id, at: Self.address, command)
        }

        private func delivered(to recipient: String) throws -> Int {
            try lab.pvelab("primary", "mail", "you").output.ranges(of: "\nTo: \(recipient)\n").count
        }

        /// Other mail to the domain is still delivered. `plan` reports the hold, and `up` removes it.
        private func killedWhileItHolds() throws {
            let subject = "beside-\(UUID().uuidString)"
            let recipient = try kill {
                let sent = try lab.run(
                    "swaks",
                    [
                        "--server", Self.address, "--helo", "client.sender.example", "--from", "alice@sender.example",
                        "--to", "you@yourdomain.net", "--header", "Subject: \(subject)",
                    ])
                #expect(sent.status == 0, "\(sent.output)")
                #expect(
                    try lab.eventually {
                        try lab.pvelab("primary", "mail", "you").output.contains("Subject: \(subject)\n")
                    })
            }
            #expect(try delivered(to: recipient) == 0)
            let plan = try lab.mxprovision("plan", "drilled")
            #expect(plan.status == 2 && plan.output.contains("held mail to \(recipient) → (removed)"), "\(plan.output)")
            #expect(try lab.mxprovision("status", "drilled").output.contains("which has held mail to \(recipient)"))
            let up = try lab.mxprovision("up", "drilled")
            #expect(up.status == 0 && up.output.contains("mail to \(recipient): held → released"), "\(up.output)")
            #expect(try lab.eventually { try delivered(to: recipient) == 5 })
            #expect(try lab.mxprovision("plan", "drilled").status == 0)
        }

        private func killedWhileThePrimaryIsStopped() throws {
            let recipient = try kill(
                "--stop-primary", "\(pvelab) primary stop --dir \(lab.world)",
                "--start-primary", "\(pvelab) primary start --dir \(lab.world)")
            let release = try lab.mxprovision("drill", "drilled", "--release")
            #expect(release.status == 0 && release.output.contains("started the primary"), "\(release.output)")
            let flushed = try byHand("postqueue -f")
            #expect(flushed.status == 0)
            #expect(try lab.eventually { try delivered(to: recipient) == 5 })
        }

        /// The state is lost. `plan`, `--release` and a `teardown` that expects an empty queue get the hold from the
        /// guest itself.
        private func killedAndForgotten() throws {
            let state = URL(filePath: lab.folder + "/state/labtests/drilled/state.json")
            func forget() throws {
                var known = try #require(
                    try JSONSerialization.jsonObject(with: Data(contentsOf: state)) as? [String: Any])
                try #require(known.removeValue(forKey: "drill") != nil)
                try JSONSerialization.data(withJSONObject: known).write(to: state)
            }
            let recipient = try kill()
            try forget()
            let plan = try lab.mxprovision("plan", "drilled")
            #expect(
                plan.status == 2 && plan.output.contains("\(recipient): lmtp:unix:mxprovision-drill-"), "\(plan.output)"
            )
            if Torture.isWhole {
                let release = try lab.mxprovision("drill", "drilled", "--release")
                #expect(release.status == 0 && release.output.contains("mail to \(recipient): held → released"))
                #expect(try lab.eventually { try delivered(to: recipient) == 5 })
                #expect(try lab.mxprovision("drill", "drilled", "--release").output.contains("no drill holds mail"))
            }
            let teardown = try lab.mxprovision("teardown", "drilled", "--yes")
            #expect(teardown.status == 0, "\(teardown.output)")
            #expect(try delivered(to: recipient) == 5)
        }
    }
}
