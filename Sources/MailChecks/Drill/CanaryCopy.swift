public import struct Foundation.Data

/// A canary as it was found at the primary.
public struct CanaryCopy: Sendable, Hashable {
    /// What is known of its text.
    public enum Content: Sendable, Hashable {
        /// All of it, with this digest.
        case whole(digest: String)
        /// It has no end, or is not there at all.
        case broken
        /// Nothing: a log tells of messages, not what is in them.
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
    /// All copies of a run's canaries in a mailbox, however its messages are joined: a Maildir's files one behind the
    /// other, an mbox, what an IMAP server's own program prints.
    ///
    /// - Parameter mailbox: messages as they were delivered, in any order, other people's among them.
    public static func all(ofRun run: String, in mailbox: Data) -> [CanaryCopy] {
        var scan = CanaryScan(run: run)
        for line in mailbox.split(separator: UInt8(ascii: "\n")) { scan.read(line) }
        return scan.copies
    }
}

/// Goes through a mailbox line by line.
private struct CanaryScan {
    let run: String
    private var found: [CanaryCopy] = []
    /// The number of the message whose header was read and whose text has not begun.
    private var announced: Int?
    /// The text that is being read.
    private var open: (number: Int, text: [UInt8])?

    init(run: String) { self.run = run }

    /// What is open or announced at the end has no whole text.
    var copies: [CanaryCopy] {
        found + [open?.number, announced].compactMap(\.self).map { CanaryCopy(number: $0, content: .broken) }
    }

    mutating func read(_ line: Data) {
        // Most lines are other people's.
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

    /// The next message has begun before the text of the last one has ended.
    private mutating func endBroken() {
        found += [open?.number, announced].compactMap(\.self).map { CanaryCopy(number: $0, content: .broken) }
        (open, announced) = (nil, nil)
    }

    /// The number in a header or a rule of this run's; headers may have been written in other letters.
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
    /// A number as we write it, in digits alone.
    static func number(in text: some StringProtocol) -> Int? {
        text.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
        hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
    }
}
