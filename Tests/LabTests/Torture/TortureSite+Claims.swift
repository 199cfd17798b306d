import Foundation

/// Checks that must pass after any fault and one more run.
extension TortureSite {
    /// Checks that there is one guest, converged, with nothing pending, and no secret left on this machine.
    func isConverged() throws {
        let count = try guests()
        try Shortfall.unless(count == 1, "\(count) guests bear the name \(hostname)")
        let plan = try lab.mxprovision(try with(steps, ["plan", name]))
        try Shortfall.unless(plan.status == 0, "something is left to do: \(plan.output)")
        let history = try lab.mxprovision("history", name)
        try Shortfall.unless(history.status == 0, "the journal cannot be read: \(history.output)")
        try owesNothing()
        try keepsNoSecret()
    }

    /// Checks that the guest is converged and works, and that nothing is left in it.
    ///
    /// - Parameter messages: The ids of the mail that must be in its queue, each once.
    func isWhole(holding messages: [String] = []) throws {
        try isConverged()
        try hasNoRemains()
        let queued = try queue()
        try Shortfall.unless(queued == messages.sorted(), "\(queued.count) of \(messages.count) messages: \(queued)")
        for (recipient, reply) in [
            ("you@yourdomain.net", "<-  250 2.1.5"), ("nobody@yourdomain.net", "<** 550 5.1.1"),
            ("victim@evil.example", "<** 554 5.7.1"),
        ] {
            var answer = ""
            // A guest that has just booted may reply with 450, because its own DNS queries fail at first.
            let isRight = try lab.eventually {
                answer = try lab.answer(at: address, to: recipient)
                return answer.contains(reply)
            }
            try Shortfall.unless(isRight, "not \(reply) for \(recipient): \(answer)")
        }
    }

    private func owesNothing() throws {
        let path = stateFolder + "/state.json"
        let state = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
        let owed = state?["owed"] as? [Any]
        try Shortfall.unless(
            owed?.isEmpty == true && state?["owesVerification"] as? Bool == false && state?["archive"] == nil,
            "the state has pending handlers: \(state ?? [:])")
        let files = try FileManager.default.contentsOfDirectory(atPath: stateFolder).sorted()
        try Shortfall.unless(
            files == ["journal.jsonl", "known_hosts", "lock", "state.json"], "in the state's folder: \(files)")
        let queues = (try? FileManager.default.contentsOfDirectory(atPath: queueFolder)) ?? []
        try Shortfall.unless(queues.isEmpty, "in the queue's folder: \(queues)")
    }

    private func keepsNoSecret() throws {
        for secret in [secret, keyLine] {
            let found = try lab.run("grep", ["-rlF", "--", secret, lab.folder + "/state"])
            try Shortfall.unless(found.status == 1, "a secret in \(found.output)")
        }
    }

    /// Checks that no temporary files are left. The guest's monitor checks the primary each minute and has a folder for
    /// that time, so files that are found while it runs are checked again.
    private func hasNoRemains() throws {
        var remains = ""
        _ = try lab.eventually {
            let wasWatching = try isWatching()
            remains = try self.remains()
            return try remains.isEmpty || !(wasWatching || isWatching())
        }
        try Shortfall.unless(remains.isEmpty, "left in the guest: \(remains)")
    }

    private func isWatching() throws -> Bool {
        try inGuest("flock -n /etc/mxprovision true || echo locked").hasPrefix("locked")
    }

    private func remains() throws -> String {
        try inGuest(
            """
            ls -A /tmp | grep -v -e '^systemd-private-' -e '[.].*-unix$' | sed 's,^,/tmp/,'
            ls -d /etc/ssh/mxprovision.* /var/spool/postfix/mxprovision-* /var/lib/mxprovision/before* \
                /var/lib/mxprovision/run/temporary-answers /etc/postfix.mxprovision /etc/postfix/.master.cf.* 2>/dev/null
            grep -H 'mxprovision guard' /etc/postfix/master.cf
            grep -Hv '^created ' /var/lib/mxprovision/run/record
            find /var/lib/mxprovision -maxdepth 1 -name '[gr]*' -perm /077
            grep -rlF -- '\(keyLine)' /etc /root /run /tmp /usr/local /var/lib/mxprovision /var/log /var/spool /var/tmp \
                2>/dev/null | grep -v -e '^/etc/postfix/tls/chain.pem$' -e '^/var/lib/mxprovision/good/postfix/tls/chain.pem$'
            true
            """)
    }

    private static let folders = "incoming active deferred hold maildrop"

    /// Returns the ids of the queued messages, once for each file.
    private func queue() throws -> [String] {
        try inGuest("cd /var/spool/postfix && grep -rhao 'Message-ID: <[^>]*>' \(Self.folders) || true")
            .split(separator: "\n").map { String($0.dropFirst("Message-ID: <".count).dropLast()) }.sorted()
    }

    /// Queues messages in an empty queue.
    ///
    /// - Returns: The ids of the messages.
    func queue(_ count: Int) throws -> [String] {
        let tag = UUID().uuidString.lowercased()
        _ = try inGuest(
            """
            postsuper -d ALL 2>/dev/null
            for i in $(seq \(count)); do
                printf 'Message-ID: <%s@sender.example>\\nSubject: x\\n\\nx\\n' \(tag)-$i |
                    sendmail -f alice@sender.example you@yourdomain.net
            done
            """)
        let messages = (0..<count).map { "\(tag)-\($0 + 1)@sender.example" }.sorted()
        try Shortfall.unless(
            try lab.eventually { try queue() == messages }, "\(count) messages do not get into the queue")
        return messages
    }
}
