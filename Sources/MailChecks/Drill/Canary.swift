import Crypto
public import Foundation

/// One message of a drill: it bears a number, and a text whose digest is known beforehand.
///
/// What counts of the text is between two lines of its own, without its white space: headers that are added on the way,
/// lines that are wrapped anew and a provider's footer are no alteration.
public struct Canary: Sendable, Hashable {
    /// The drill's id, hexadecimal digits.
    public var run: String
    /// Counted from 1.
    public var number: Int
    /// How many there are.
    public var count: Int

    public init(run: String, number: Int, count: Int) {
        self.run = run
        self.number = number
        self.count = count
    }

    /// The header that tells a canary from other mail.
    static let header = "X-Mxprovision-Drill"
    static let begin = "-----BEGIN CANARY "
    static let end = "-----END CANARY "
    static let rule = "-----"

    /// What header and rules say of it.
    var title: String { "\(run) \(number)/\(count)" }

    /// What a log of Postfix's shows of it (`message-id=<…>`).
    static func messageIDPrefix(of run: String) -> String { "mxprovision-drill.\(run)." }

    /// The digest of its text (SHA-256, hexadecimal).
    public var digest: String { Self.digest(of: Array(lines.joined().utf8)) }

    static func digest(of text: [UInt8]) -> String {
        SHA256.hash(data: text).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Letters and digits, another text for each number; one line begins with a dot, which SMTP doubles on its way
    /// (RFC 5321, 4.5.2). None can be taken for a separator, a header, or an encoded character.
    var lines: [String] {
        var random = Pseudorandom(seed: title)
        return (0..<20).map { row in
            let letters = (0..<60).map { _ in Self.alphabet[Int(random.next() % UInt64(Self.alphabet.count))] }
            return (row == 7 ? "." : "") + String(letters)
        }
    }

    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")

    /// The whole message as SMTP carries it, without the dots that SMTP adds.
    ///
    /// - Parameters:
    ///   - host: the name of the backup MX, which speaks for it.
    ///   - recipient: whom it goes to.
    ///   - date: when it is sent.
    public func message(of host: String, to recipient: String, at date: Date) -> String {
        ([
            "\(Self.header): \(title)",
            // No holiday notice comes back (RFC 3834, 2).
            "Auto-Submitted: auto-generated",
            "Message-ID: <\(Self.messageIDPrefix(of: run))\(number)@\(host)>",
            "Date: \(date.internetMessageFormat)",
            "From: mxprovision <postmaster@\(host)>",
            "To: \(recipient)",
            "Subject: mxprovision drill \(run), message \(number) of \(count)",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "This message was held back at a backup MX on purpose, and let go again, to see",
            "whether mail comes through as it should. It may be deleted. The backup MX is",
            "\(host).",
            "",
            "\(Self.begin)\(title)\(Self.rule)",
        ] + lines + ["\(Self.end)\(title)\(Self.rule)", ""]).joined(separator: "\r\n")
    }
}

extension Date {
    /// RFC 5322, 3.3, in UTC.
    private static let internetMessage = VerbatimFormatStyle(
        format: """
            \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
            \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
            \(second: .twoDigits) +0000
            """,
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))

    fileprivate var internetMessageFormat: String { formatted(Self.internetMessage) }
}

/// SplitMix64, begun from a text: the same text gives the same numbers everywhere.
private struct Pseudorandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: String) {
        // FNV-1a.
        state = seed.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
