import Foundation

/// A fault in the guest, or on the way to it, while `up` repairs it.
struct GuestFault: Sendable, CustomStringConvertible {
    var description: String
    /// Script in the guest before the run.
    var before = "true"
    /// Script on the node during the run. `ID` is the guest's id.
    var blow: String?
    /// Selects the boundaries at which `blow` runs.
    var at: @Sendable (PointLog.Boundary) -> Bool = { $0.what == "sent" }
    /// Script on the node after the run.
    var after = "true"
    /// Text that the output of the run must contain, if it has any.
    var says = ""
    var steps = TortureSite.Steps.lean
    /// The error of this machine's clock in seconds. Containers use the clock of their node.
    var clock = 0
    /// Whether the fault is part of the daily tests.
    var isSample = false

    static let all = [
        GuestFault(
            description: "ssh cut while a script runs", blow: "pct exec ID -- pkill -f '^sshd: root@'", isSample: true),
        GuestFault(
            description: "guest rebooted while a script runs", blow: "pvesh create /nodes/pve2/lxc/ID/status/reboot"),
        GuestFault(
            description: "no room for temporary files",
            before: "mount -t tmpfs -o size=16k none /tmp && ! head -c 64k /dev/zero >/tmp/filler 2>/dev/null",
            after: "pct exec ID -- umount /tmp", says: "no space for results", isSample: true),
        GuestFault(
            description: "no room for Postfix's files",
            before: """
                cp -a /etc/postfix /run/postfix.copy && mount -t tmpfs -o size=512k none /etc/postfix &&
                cp -a /run/postfix.copy/. /etc/postfix/ && ! head -c 1M /dev/zero >/etc/postfix/filler 2>/dev/null
                """,
            after: "pct exec ID -- sh -c 'umount -l /etc/postfix; rm -rf /run/postfix.copy'", says: "`df -h`"),
        GuestFault(
            description: "dpkg locked for a while",
            before: """
                dpkg --force-depends --purge ufw >/dev/null 2>&1
                setsid perl -e 'use Fcntl; open F, ">", "/var/lib/dpkg/lock-frontend"; \
                fcntl(F, F_SETLK, pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0)) or die; sleep 15' >/dev/null 2>&1 </dev/null &
                """,
            steps: .all),
        GuestFault(description: "clock 400 days ahead", clock: 400 * 86400, isSample: true),
        GuestFault(description: "clock 400 days behind", clock: -400 * 86400),
    ]

    /// A fault and the point of the run at which it happens.
    struct Case: Sendable, CustomStringConvertible {
        var fault: GuestFault
        /// The number of the point, or nil if the fault does not happen during the run.
        var point: Int?

        var description: String { point.map { "\(fault), point \($0)" } ?? fault.description }
    }

    /// Returns the cases of the fault.
    ///
    /// - Parameter log: The log of a run without faults.
    func cases(in log: PointLog) -> [Case] {
        guard blow != nil else { return [Case(fault: self)] }
        return log.points.enumerated().filter { at($0.element) }.map { Case(fault: self, point: $0.offset + 1) }
    }
}

extension TortureSite {
    /// Changes the guest so that only a restart of Postfix repairs it.
    func drift() throws {
        if try !isThere() { try succeed(["up", name]) }
        _ = try inGuest(
            """
            postconf -e inet_interfaces=127.0.0.1 relay_domains=evil.example
            rm -f /etc/postfix/relay_recipients.db; systemctl reset-failed 'postfix*'; systemctl restart postfix
            """)
    }

    /// Repairs a drifted guest during a fault, and once more after it.
    ///
    /// - Returns: The result of the first run.
    func repair(during piece: GuestFault.Case) throws -> String {
        try drift()
        _ = try inGuest(piece.fault.before)
        let blow = try piece.point.map { try onNode(named(piece.fault.blow ?? ""), at: $0) }
        let outcome = try run(["up", name], blow, piece.fault.steps, clock: piece.fault.clock).outcome
        _ = try lab.node(named(piece.fault.after))
        let told = try isGood(outcome)
        let isExpected = piece.fault.says.isEmpty || outcome.output.contains(piece.fault.says)
        try Shortfall.unless(outcome.status == 0 || isExpected, outcome.output)
        try succeed(["up", name])
        try isWhole()
        return told
    }

    private func named(_ command: String) -> String { command.replacing("ID", with: String(id)) }

    /// Returns a command that runs on the node when a run reaches a point.
    func onNode(_ command: String, at point: Int) throws -> PointWatch.Blow {
        let words = try lab.nodeArguments(command).map { "'" + $0.replacing("'", with: #"'\''"#) + "'" }
        return .command("/usr/bin/ssh \(words.joined(separator: " ")) >/dev/null 2>&1", at: point)
    }
}
