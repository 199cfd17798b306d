/// A reply of an SMTP server (RFC 5321, 4.2).
public struct SMTPReply: Sendable, Hashable, CustomStringConvertible {
    /// 200 to 599.
    public var code: Int
    /// The text of each line, without code and separator.
    public var lines: [String]

    public init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    public var isPositive: Bool { (200..<300).contains(code) }
    public var isTemporary: Bool { (400..<500).contains(code) }
    public var isPermanent: Bool { (500..<600).contains(code) }

    /// Whether it is the greeting of a server of this name (RFC 5321, 4.2).
    public func greets(as hostname: String) -> Bool {
        let name = lines.first?.split(separator: " ").first ?? ""
        return code == 220 && name.lowercased() == hostname.lowercased()
    }

    public var description: String { "\(code) \(lines.first ?? "")" }
}
