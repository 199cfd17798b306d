public import struct Foundation.Data

/// A copy of a canary that was found at the primary.
public struct CanaryCopy: Sendable, Hashable {
    /// What is known about the text of a copy.
    public enum Content: Sendable, Hashable {
        /// The whole text was found, with this digest.
        case whole(digest: String)
        /// The text has no end, or is missing.
        case broken
        /// The text is unknown, because a log records messages without their content.
        case unseen
    }

    public var number: Int
    public var content: Content

    public init(number: Int, content: Content) {
        self.number = number
        self.content = content
    }
}

extension CanaryCopy {
    /// Returns all copies of a run's canaries in a mailbox. It may be any concatenation of messages: the files of a
    /// Maildir, an mbox, or the output of an IMAP server's own program.
    ///
    /// - Parameter mailbox: messages as they were delivered, in any order, mixed with other mail.
    public static func all(ofRun run: String, in mailbox: Data) -> [CanaryCopy] {
        var scan = CanaryScan(run: run)
        for line in mailbox.split(separator: UInt8(ascii: "\n")) { scan.read(line) }
        return scan.copies
    }
}

/// Scans a mailbox line by line.
private struct CanaryScan {
    let run: String
    private var found: [CanaryCopy] = []
    /// The number of the message whose header was read and whose text has not begun.
    private var announced: Int?
    /// The text that is being read.
    private var open: (number: Int, text: [UInt8])?

    init(run: String) { self.run = run }

    /// The copies found. A text that is open or announced at the end is incomplete.
    var copies: [CanaryCopy] {
        found + [open?.number, announced].compactMap(\.self).map { CanaryCopy(number: $0, content: .broken) }
    }

    mutating func read(_ line: Data) {
        // This skips most lines quickly, because most belong to other mail.
        guard open != nil || line.first == UInt8(ascii: "-") || [0x58, 0x78].contains(line.first) else { return }
        let text = String(decoding: line, as: UTF8.self).trimmingSuffix("\r")
        if let number = number(in: text, behind: "\(Canary.header): ", ending: "") {
            endBroken()
            announced = number
        } else if let number = number(in: text, behind: Canary.begin, ending: Canary.rule) {
            if announced == number { announced = nil }
            endBroken()
            open = (number, [])
        } else if let number = number(in: text, behind: Canary.end, ending: Canary.rule), let read = open {
            let digest = Canary.digest(of: Array(read.text))
            found.append(.init(number: read.number, content: number == read.number ? .whole(digest: digest) : .broken))
            open = nil
        } else if open != nil {
            open?.text += line.filter { ![0x20, 0x09, 0x0d].contains($0) }
        }
    }

    /// Records an incomplete copy, because the next message has begun before the text of the last one has ended.
    private mutating func endBroken() {
        found += [open?.number, announced].compactMap(\.self).map { CanaryCopy(number: $0, content: .broken) }
        (open, announced) = (nil, nil)
    }

    /// Returns the number in a header or a marker line of this run. A relay may have changed the case of headers.
    private func number(in line: Substring, behind prefix: String, ending: String) -> Int? {
        guard line.count > prefix.count, line.prefix(prefix.count).lowercased() == prefix.lowercased(),
            line.hasSuffix(ending)
        else { return nil }
        let title = line.dropFirst(prefix.count).dropLast(ending.count).split(separator: " ")
        guard title.count == 2, title[0] == run else { return nil }
        return title[1].split(separator: "/").first.flatMap(Canary.number)
    }
}

extension Canary {
    /// Parses a number that consists of ASCII digits only, as this program writes it.
    static func number(in text: some StringProtocol) -> Int? {
        text.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
        hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
    }
}
