import Foundation

/// The client's side of an SMTP session, up to RCPT: no message is ever sent.
public actor SMTPDialogue {
    private let stream: any ByteStream
    /// For each reply. A greet delay of a server (postscreen) takes six seconds.
    private let patience: Duration
    private var buffer = Data()

    /// RFC 5321, 4.5.3.1.5 has 512 bytes; servers exceed it, and a hostile one has no bound.
    private static let lineLimit = 4096
    private static let linesLimit = 200

    public init(over stream: any ByteStream, patience: Duration = .seconds(30)) {
        self.stream = stream
        self.patience = patience
    }

    /// The server's greeting.
    ///
    /// - Throws: ``SMTPError``, and what the stream throws.
    public func greeting() async throws -> SMTPReply { try await reply(after: "the connection") }

    /// Sends a command and waits for its reply.
    ///
    /// - Parameter command: without its line ending; one that has one in it is not sent.
    /// - Throws: ``SMTPError``, and what the stream throws.
    public func send(_ command: String) async throws -> SMTPReply {
        precondition(!command.utf8.contains { $0 == 13 || $0 == 10 }, "an SMTP command is one line")
        try await stream.write(Data("\(command)\r\n".utf8))
        return try await reply(after: command)
    }

    private func reply(after command: String) async throws -> SMTPReply {
        let stream = stream
        let patience = patience
        var lines: [String] = []
        while lines.count < Self.linesLimit {
            let line = try await line(after: command, from: stream, patience: patience)
            guard let match = line.wholeMatch(of: /([2-5][0-9][0-9])(?:([ -])(.*))?/), let code = Int(match.1) else {
                throw SMTPError.garbled(after: command, answer: String(line.prefix(200)))
            }
            lines.append(String(match.3 ?? ""))
            if match.2 != "-" { return SMTPReply(code: code, lines: lines) }
        }
        throw SMTPError.garbled(after: command, answer: "a reply of more than \(Self.linesLimit) lines")
    }

    private func line(after command: String, from stream: any ByteStream, patience: Duration) async throws -> String {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[buffer.startIndex..<end], as: UTF8.self)
                buffer.removeSubrange(buffer.startIndex...end)
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            guard buffer.count < Self.lineLimit else {
                throw SMTPError.garbled(after: command, answer: "a line of more than \(Self.lineLimit) bytes")
            }
            guard let bytes = try await Self.read(stream, patience: patience, after: command) else {
                throw SMTPError.ended(after: command)
            }
            buffer.append(bytes)
        }
    }

    /// The next bytes, or an error when the server's time is over.
    private static func read(_ stream: any ByteStream, patience: Duration, after command: String) async throws -> Data?
    {
        try await withThrowingTaskGroup(of: Data?.self) { group in
            group.addTask { try await stream.read() }
            group.addTask {
                try await Task.sleep(for: patience)
                throw SMTPError.silent(after: command, seconds: Int(patience.components.seconds))
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
