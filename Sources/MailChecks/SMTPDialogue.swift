import Foundation

/// The client side of an SMTP session.
public actor SMTPDialogue {
    private let stream: any ByteStream
    /// The timeout of each complete reply, even if it arrives in small pieces. A server's greet delay (postscreen)
    /// takes six seconds.
    private let patience: Duration
    /// The default timeout of a reply.
    public static let defaultTimeout = Duration.seconds(30)
    private var buffer = Data()

    /// The maximum length of a reply's line in bytes. RFC 5321, 4.5.3.1.5 allows 512; servers exceed that, and a
    /// hostile server knows no limit.
    private static let lineLimit = 4096
    private static let linesLimit = 200

    public init(over stream: any ByteStream, patience: Duration = defaultTimeout) {
        self.stream = stream
        self.patience = patience
    }

    /// Reads the server's greeting.
    ///
    /// - Throws: ``SMTPError``, and what the stream throws.
    public func greeting() async throws -> SMTPReply { try await reply(after: "the connection") }

    /// Sends a command and waits for its reply.
    ///
    /// - Parameter command: the command without its line ending.
    /// - Throws: ``SMTPError/unsendable(command:)`` for a command that contains a control character, the other cases
    ///   of ``SMTPError``, and what the stream throws.
    public func send(_ command: String) async throws -> SMTPReply {
        try Self.requireSendable([command])
        try await stream.write(Data("\(command)\r\n".utf8))
        return try await reply(after: command)
    }

    /// Sends the last commands of a session and QUIT without waiting between them (RFC 2920), and then reads a reply
    /// to each.
    ///
    /// - Parameter hello: the reply to EHLO. If it does not offer PIPELINING, the commands are sent one at a time.
    /// - Throws: as ``send(_:)``
    func conclude(with commands: [String], after hello: SMTPReply) async throws -> [SMTPReply] {
        var replies: [SMTPReply] = []
        guard hello.offers("PIPELINING") else {
            for command in commands { replies.append(try await send(command)) }
            await quit()
            return replies
        }
        try await write(commands + ["QUIT"])
        for command in commands { replies.append(try await reply(after: command)) }
        _ = try? await reply(after: "QUIT")
        return replies
    }

    /// Sends commands at once without waiting for a reply (RFC 2920); ``reply(to:)`` reads the replies in order.
    func write(_ commands: [String]) async throws {
        try Self.requireSendable(commands)
        try await stream.write(Data(commands.map { "\($0)\r\n" }.joined().utf8))
    }

    /// Reads the next reply, to a command that was sent earlier.
    func reply(to command: String) async throws -> SMTPReply { try await reply(after: command) }

    /// Checks that each text is a single command.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)`` for the first that contains a control character.
    static func requireSendable(_ commands: [String]) throws {
        for command in commands where !command.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) {
            throw SMTPError.unsendable(command: command)
        }
    }

    /// Sends bytes unchanged, without waiting for a reply.
    func sendRaw(_ bytes: String) async throws { try await stream.write(Data(bytes.utf8)) }

    /// Sends the text of a message with its end, unchanged, and waits for the reply.
    func conclude(_ text: String) async throws -> SMTPReply {
        try await stream.write(Data(text.utf8))
        return try await reply(after: "the message")
    }

    /// Returns a reply that the server sends unasked within a time limit, or nil if it sends none.
    func remark(within patience: Duration) async throws -> SMTPReply? {
        do { return try await reply(after: "input that it should ignore", within: patience) } catch SMTPError.silent {
            return nil
        }
    }

    /// Ends the session. The reply does not matter for the findings.
    func quit() async {
        guard (try? await sendRaw("QUIT\r\n")) != nil else { return }
        _ = try? await reply(after: "QUIT", within: min(patience, .seconds(5)))
    }

    private func reply(after command: String, within patience: Duration? = nil) async throws -> SMTPReply {
        let patience = patience ?? self.patience
        let deadline = ContinuousClock.now + patience
        var reply: SMTPReply?
        for _ in 0..<Self.linesLimit {
            let line = try await line(after: command, until: deadline, patience)
            guard let match = line.wholeMatch(of: /([2-5][0-9][0-9])(?:([ -])(.*))?/), let code = Int(match.1),
                code == reply?.code ?? code
            else {
                throw SMTPError.garbled(after: command, answer: String(line.prefix(200)))
            }
            reply = SMTPReply(code: code, lines: (reply?.lines ?? []) + [String(match.3 ?? "")])
            if match.2 != "-", let reply { return reply }
        }
        throw SMTPError.garbled(after: command, answer: "a reply of more than \(Self.linesLimit) lines")
    }

    private func line(
        after command: String,
        until deadline: ContinuousClock.Instant,
        _ patience: Duration
    ) async throws -> String {
        while true {
            let end = buffer.firstIndex(of: UInt8(ascii: "\n"))
            guard buffer.distance(from: buffer.startIndex, to: end ?? buffer.endIndex) < Self.lineLimit else {
                throw SMTPError.garbled(after: command, answer: "a line of more than \(Self.lineLimit) bytes")
            }
            if let end {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer = Data(buffer[buffer.index(after: end)...])
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            let silent = SMTPError.silent(after: command, seconds: Int(patience.components.seconds))
            guard let bytes = try await Self.read(stream, until: deadline, or: silent) else {
                // The stream also ends if it is cancelled.
                try Task.checkCancellation()
                throw SMTPError.ended(after: command)
            }
            buffer.append(bytes)
        }
    }

    /// Reads the next bytes. Throws `silent` at the deadline.
    private static func read(
        _ stream: any ByteStream,
        until deadline: ContinuousClock.Instant,
        or silent: SMTPError
    ) async throws -> Data? {
        try await withThrowingTaskGroup(of: Data?.self) { group in
            group.addTask { try await stream.read() }
            group.addTask {
                try await Task.sleep(until: deadline, clock: .continuous)
                throw silent
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
