import Foundation
import Testing

/// A queue that moves from one guest to the next, by `rebuild` and manually.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `A queue in the lab` {
    private static let (id, address) = (145, "10.2.0.45")
    private let lab: Lab
    private let subject = "queued-\(UUID().uuidString)"

    init() throws {
        lab = try Lab(inventory: "queues")
        try lab.replace("vmid: 110", by: "vmid: \(Self.id)")
        try lab.replace(#"10\.2\.0\.25"#, by: Self.address)
    }

    @Test func `moves to another guest with no message lost or duplicated`() throws {
        try succeed("up", "bare")
        let (messages, partly) = (500, 20)
        try sendPartly(partly)
        // Only for this guest the primary is unreachable: no server listens on the port.
        try lab.replace(#"address: 10\.1\.0\.12\}"#, by: "address: 10.1.0.12, port: 2525}")
        try succeed("up", "bare")
        try send(messages - partly)
        let refused = try lab.mxprovision("teardown", "bare", "--yes", "--drain", "0")
        #expect(refused.status == 1)
        #expect(refused.output.contains("\(messages) messages are still queued"), "\(refused.output)")

        let file = lab.folder + "/queue.tar.gz"
        let exported = try succeed("teardown", "bare", "--yes", "--drain", "0", "--export", file)
        #expect(exported.contains("exported \(messages) messages to \(file)"), "\(exported)")
        // Postfix of Debian 13 reads the queue of Debian 12, and vice versa.
        try lab.replace("template: 100", by: "template: 102")
        try succeed("up", "bare")
        try givesUpImports()
        // Another guest. A second import adds nothing.
        for _ in 1...2 {
            try succeed("up", "bare", "--import", file)
            try isQueued(messages)
        }
        let card = try hardwareAddress()
        let rebuilt = try succeed("rebuild", "bare", "--yes", "--drain", "0")
        #expect(rebuilt.contains("imported \(messages) messages from "), "\(rebuilt)")
        #expect(try hardwareAddress() == card, "leases and neighbour tables depend on it")

        try lab.replace("template: 102", by: "template: 100")
        let more = try interruptsARebuild(messages)

        try lab.replace(", port: 2525", by: "")
        try succeed("up", "bare")
        try succeed("teardown", "bare", "--yes", "--drain", "300")
        #expect(try delivered() == messages + more)
        #expect(try delivered(to: "admin") == partly)
    }

    /// Returns the MAC address that Proxmox assigned to the guest.
    private func hardwareAddress() throws -> String {
        let config = try lab.node("pct config \(Self.id)").output
        return String(try #require(config.firstMatch(of: /hwaddr=([0-9A-F:]+)/)).1)
    }

    /// Imports an archive that is malformed, one that the guest cannot unpack, and one that was deleted. Postfix keeps
    /// running.
    private func givesUpImports() throws {
        let (file, malformed) = (lab.folder + "/queue.tar.gz", lab.folder + "/malformed.tar.gz")
        let linked = try lab.run(
            "sh",
            ["-c", "d=$(mktemp -d) && cd $d && mkdir hold && ln -s /etc/passwd hold/a && tar czf \(malformed) hold"])
        try #require(linked.status == 0, "\(linked.output)")
        let refused = try lab.mxprovision("up", "bare", "--import", malformed)
        #expect(
            refused.status == 1 && refused.output.contains("\(malformed) is not a complete mail queue"),
            "\(refused.output)")
        try succeed("up", "bare")

        try byHand("rm -rf /var/lib/mxprovision/imported && touch /var/lib/mxprovision/imported")
        let failed = try lab.mxprovision("up", "bare", "--import", file)
        #expect(failed.status == 1 && failed.output.contains("cannot import the mail queue"), "\(failed.output)")
        try byHand("postfix status 2>/dev/null && rm /var/lib/mxprovision/imported")
        try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
        let missing = try lab.mxprovision("up", "bare")
        #expect(
            missing.status == 1 && missing.output.contains("the mail queue \(file) is missing"), "\(missing.output)")
        try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
        let given = try succeed("up", "bare", "--discard-import")
        #expect(given.contains("the file is kept as \(file)"), "\(given)")
        try succeed("up", "bare")
    }

    @discardableResult
    private func succeed(_ words: String...) throws -> String {
        let outcome = try lab.mxprovision(words)
        try #require(outcome.status == 0, "\(words.joined(separator: " ")): \(outcome.output)")
        return outcome.output
    }

    /// Postfix moves messages that it tries to deliver, so a concurrent count may include a message twice or not at
    /// all.
    private func isQueued(_ count: Int) throws {
        let line = "queue     \(count) messages"
        #expect(try lab.eventually { try lab.mxprovision("status", "bare").output.contains(line) }, "not \(line)")
    }

    /// Sends messages to two recipients. One receives them immediately, the other one later, and neither may receive a
    /// message twice.
    private func sendPartly(_ count: Int) throws {
        try byHand(
            """
            postconf -e 'transport_maps=inline:{ {admin@yourdomain.net=retry:4.3.0 later} }, hash:/etc/postfix/transport' &&
            postfix reload 2>/dev/null && for i in $(seq \(count)); do
                printf 'Subject: \(subject)\\n\\nx\\n' |
                    sendmail -f alice@sender.example you@yourdomain.net admin@yourdomain.net
            done
            """)
        // Other suites stop the primary for a while.
        let isDelivered = try lab.eventually {
            try byHand("postqueue -f")
            return try delivered() == count
        }
        #expect(isDelivered, "one of two does not get it")
        #expect(try delivered(to: "admin") == 0)
        try isQueued(count)
    }

    /// Simulates a rebuild that died between the creation of the new guest and the import of the packed mail, and new
    /// mail in that guest. The next rebuild must not overwrite the packed mail.
    ///
    /// - Returns: The number of new messages.
    private func interruptsARebuild(_ messages: Int) throws -> Int {
        let more = 3
        let folder = "\(lab.folder)/state/\(lab.inventory)/bare"
        let packed = folder + "/queue.tar.gz"
        let exported = lab.folder + "/packed.tar.gz"
        try succeed("teardown", "bare", "--yes", "--drain", "0", "--export", exported)
        try succeed("up", "bare")
        try send(more)
        try FileManager.default.moveItem(atPath: exported, toPath: packed)
        let path = URL(filePath: folder + "/state.json")
        var state = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
        state["archive"] = ["path": packed, "guest": "an earlier one"]
        try JSONSerialization.data(withJSONObject: state).write(to: path)

        let other = try lab.mxprovision("up", "bare", "--import", lab.folder + "/queue.tar.gz")
        #expect(other.status == 1 && other.output.contains("\(packed) is not imported"), "\(other.output)")
        let rebuilt = try succeed("rebuild", "bare", "--yes", "--drain", "0")
        #expect(rebuilt.contains("imported \(messages) messages from "), "\(rebuilt)")
        try isQueued(messages + more)
        return more
    }

    private func send(_ count: Int) throws {
        try byHand(
            "smtp-source -M client.sender.example -m \(count) -s 4 -f alice@sender.example -t you@yourdomain.net -S \(subject) 127.0.0.1:25"
        )
    }

    private func delivered(to user: String = "you") throws -> Int {
        try lab.pvelab("primary", "mail", user).output.ranges(of: "Subject: \(subject)\n").count
    }

    private func byHand(_ command: String) throws {
        let answer = try lab.guest("bare", Self.id, at: Self.address, command)
        try #require(answer.status == 0, "\(answer.output)")
    }
}
