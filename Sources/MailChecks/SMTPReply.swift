/// A reply of an SMTP server (RFC 5321, 4.2).
public struct SMTPReply: Sendable, Hashable, CustomStringConvertible {
    /// The reply code, 200 to 599.
    public var code: Int
    /// The text of each line, without code and separator.
    public var lines: [String]

    public init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    /// Whether the code is 2xx.
    public var isPositive: Bool { (200..<300).contains(code) }
    /// Whether the code is 4xx.
    public var isTemporary: Bool { (400..<500).contains(code) }
    /// Whether the code is 5xx.
    public var isPermanent: Bool { (500..<600).contains(code) }

    /// Returns whether the reply is the greeting of a server of this name (RFC 5321, 4.2).
    public func greets(as hostname: String) -> Bool {
        let name = lines.first?.split(separator: " ").first ?? ""
        return code == 220 && name.lowercased() == hostname.lowercased()
    }

    /// Returns whether a reply to EHLO offers an extension, such as `SIZE` or `STARTTLS`.
    public func offers(_ keyword: String) -> Bool {
        lines.dropFirst().contains { $0.split(separator: " ").first?.uppercased() == keyword }
    }

    public var description: String { "\(code) \(lines.first ?? "")" }
}
