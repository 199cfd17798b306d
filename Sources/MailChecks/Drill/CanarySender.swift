import Foundation

/// Sends canaries as an ordinary sender does: over several connections, with a retry after a 4xx.
public struct CanarySender: Sendable {
    /// The result of sending one canary once.
    public enum Answer: Sendable, Equatable {
        case accepted(SMTPReply)
        /// The reply was 4xx or 5xx, or there was no connection; the backup does not have the message.
        case refused(String)
        /// The text was sent and no reply came: the backup may have the message. It is not sent again, because that
        /// would duplicate it.
        case unanswered
    }

    /// The name of the backup MX.
    public var host: String
    public var recipient: String
    /// The maximum number of connections at the same time. Postfix allows 50 (`smtpd_client_connection_count_limit`),
    /// cautious servers 10.
    public var connections = 4
    /// How long canaries that were deferred by a 4xx are retried.
    public var patience: Duration
    /// The pause between two rounds.
    public var pause = Duration.seconds(5)

    public init(host: String, recipient: String, patience: Duration = .seconds(60)) {
        self.host = host
        self.recipient = recipient
        self.patience = patience
    }

    /// Sends all canaries, and reports the result of each attempt.
    ///
    /// - Throws: `CancellationError`; every other failure is reported as a result.
    public func send(
        _ canaries: [Canary],
        through connector: some SMTPConnector,
        _ tell: @escaping @Sendable (Canary, Answer) -> Void
    ) async throws {
        var left = canaries
        let end = ContinuousClock.now + patience
        while true {
            left = try await offer(left, through: connector, tell)
            guard !left.isEmpty, ContinuousClock.now + pause < end else { return }
            try await Task.sleep(for: pause)
        }
    }

    /// Sends each canary once.
    ///
    /// - Returns: the canaries to send again.
    private func offer(
        _ canaries: [Canary],
        through connector: some SMTPConnector,
        _ tell: @escaping @Sendable (Canary, Answer) -> Void
    ) async throws -> [Canary] {
        try await withThrowingTaskGroup(of: [Canary].self) { group in
            for first in 0..<min(connections, canaries.count) {
                let share = stride(from: first, to: canaries.count, by: connections).map { canaries[$0] }
                group.addTask { try await offer(share, overOne: connector, tell) }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted { $0.number < $1.number }
        }
    }

    private func offer(
        _ canaries: [Canary],
        overOne connector: some SMTPConnector,
        _ tell: @escaping @Sendable (Canary, Answer) -> Void
    ) async throws -> [Canary] {
        let progress = Progress()
        do {
            return try await connector.session { dialogue in
                var later: [Canary] = []
                try await introduce(to: dialogue)
                for canary in canaries {
                    await progress.begin(canary)
                    let reply = try await offer(canary, in: dialogue, progress)
                    await progress.end(canary)
                    tell(canary, reply.isPositive ? .accepted(reply) : .refused(reply.description))
                    if reply.isTemporary { later.append(canary) }
                    // The server closes the connection after a 421 (RFC 5321, 3.8).
                    if reply.code == 421 { throw Refusal(reply: reply, refused: later) }
                }
                await dialogue.quit()
                return later
            }
        } catch {
            try Task.checkCancellation()
            let refusal = error as? Refusal
            var again = refusal?.refused ?? []
            for canary in canaries where !(await progress.isDone(canary)) {
                if await progress.isInDoubt(canary) {
                    tell(canary, .unanswered)
                } else {
                    tell(canary, .refused(refusal?.reply.description ?? Self.reason(of: error)))
                    again.append(canary)
                }
            }
            return again
        }
    }

    private func introduce(to dialogue: SMTPDialogue) async throws {
        for reply in [try await dialogue.greeting(), try await dialogue.send("EHLO localhost.localdomain")]
        where !reply.isPositive {
            throw Refusal(reply: reply, refused: [])
        }
    }

    /// Sends one canary, from the null sender, so that no bounce can be generated.
    private func offer(
        _ canary: Canary,
        in dialogue: SMTPDialogue,
        _ progress: Progress
    ) async throws -> SMTPReply {
        for command in ["MAIL FROM:<>", "RCPT TO:<\(recipient)>"] {
            let reply = try await dialogue.send(command)
            guard reply.isPositive else {
                if reply.code != 421 { _ = try await dialogue.send("RSET") }
                return reply
            }
        }
        let reply = try await dialogue.send("DATA")
        guard reply.code == 354 else { return reply }
        await progress.doubt(canary)
        return try await dialogue.deliver(canary.message(of: host, to: recipient, at: Date()))
    }

    private static func reason(of error: any Error) -> String {
        let localized = error as? any LocalizedError
        let parts = [localized?.errorDescription, localized?.failureReason].compactMap(\.self)
        if parts.isEmpty { return error is CancellationError ? "interrupted" : "internal error \(type(of: error))" }
        return parts.joined(separator: ": ")
    }

    private struct Refusal: Error {
        var reply: SMTPReply
        /// The canaries that were deferred before in the same session.
        var refused: [Canary]
    }

    /// The progress of one session.
    private actor Progress {
        private var done: Set<Canary> = []
        private var doubtful: Canary?

        func begin(_ canary: Canary) { doubtful = nil }
        func doubt(_ canary: Canary) { doubtful = canary }
        func end(_ canary: Canary) {
            done.insert(canary)
            doubtful = nil
        }
        func isDone(_ canary: Canary) -> Bool { done.contains(canary) }
        func isInDoubt(_ canary: Canary) -> Bool { doubtful == canary }
    }
}

extension SMTPDialogue {
    /// Sends a message after the 354 of DATA, with its end, and waits for the reply.
    ///
    /// - Parameter message: the message, in which every line, including the last one, ends with CRLF.
    /// - Throws: ``SMTPError``, and what the stream throws.
    func deliver(_ message: String) async throws -> SMTPReply {
        let stuffed = message.split(separator: "\r\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(".") ? ".\($0)" : String($0) }.joined(separator: "\r\n")
        return try await conclude("\(stuffed).\r\n")
    }
}
