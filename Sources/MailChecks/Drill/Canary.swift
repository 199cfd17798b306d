import Crypto
public import Foundation

/// One test message of a drill, with a number, and a text whose digest is known in advance.
///
/// The text is compared between two marker lines and without its white space. Headers that are added in transit, lines
/// that are wrapped again and a provider's footer do not count as an alteration.
public struct Canary: Sendable, Hashable {
    /// The drill's id, in hexadecimal digits.
    public var run: String
    /// The number of this canary, from 1.
    public var number: Int
    /// The number of canaries in the drill.
    public var count: Int

    public init(run: String, number: Int, count: Int) {
        self.run = run
        self.number = number
        self.count = count
    }

    /// The header that distinguishes a canary from other mail.
    static let header = "X-Mxprovision-Drill"
    static let begin = "-----BEGIN CANARY "
    static let end = "-----END CANARY "
    static let rule = "-----"

    /// The text that identifies the canary in the header and in the marker lines.
    var title: String { "\(run) \(number)/\(count)" }

    /// Returns the prefix of the message id by which a Postfix log identifies a run's canaries (`message-id=<…>`).
    static func messageIDPrefix(of run: String) -> String { "mxprovision-drill.\(run)." }

    /// The digest of the canary's text (SHA-256, hexadecimal).
    public var digest: String { Self.digest(of: Array(lines.joined().utf8)) }

    static func digest(of text: [UInt8]) -> String {
        SHA256.hash(data: text).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The text: letters and digits, different for each number. One line begins with a dot, which SMTP doubles in
    /// transit (RFC 5321, 4.5.2). No line can be taken for a separator, a header, or an encoded character.
    var lines: [String] {
        var random = Pseudorandom(seed: title)
        return (0..<20).map { row in
            let letters = (0..<60).map { _ in Self.alphabet[Int(random.next() % UInt64(Self.alphabet.count))] }
            return (row == 7 ? "." : "") + String(letters)
        }
    }

    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")

    /// Returns the whole message as SMTP carries it, without the dots that SMTP adds.
    ///
    /// - Parameters:
    ///   - host: the name of the backup MX, which is the sender.
    ///   - recipient: the recipient's address.
    ///   - date: the time of sending.
    public func message(of host: String, to recipient: String, at date: Date) -> String {
        ([
            "\(Self.header): \(title)",
            // This prevents automatic replies such as holiday notices (RFC 3834, 2).
            "Auto-Submitted: auto-generated",
            "Message-ID: <\(Self.messageIDPrefix(of: run))\(number)@\(host)>",
            "Date: \(date.internetMessageFormat)",
            "From: mxprovision <postmaster@\(host)>",
            "To: \(recipient)",
            "Subject: mxprovision drill \(run), message \(number) of \(count)",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "A failover drill held this message at a backup MX and released it, to check",
            "that mail is delivered. It can be deleted. The backup MX is",
            "\(host).",
            "",
            "\(Self.begin)\(title)\(Self.rule)",
        ] + lines + ["\(Self.end)\(title)\(Self.rule)", ""]).joined(separator: "\r\n")
    }
}

extension Date {
    /// The date format of RFC 5322, 3.3, in UTC.
    private static let internetMessage = VerbatimFormatStyle(
        format: """
            \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
            \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
            \(second: .twoDigits) +0000
            """,
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))

    fileprivate var internetMessageFormat: String { formatted(Self.internetMessage) }
}

/// A SplitMix64 generator that is seeded with a text: the same text gives the same numbers on every machine.
private struct Pseudorandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: String) {
        // This is FNV-1a.
        state = seed.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
