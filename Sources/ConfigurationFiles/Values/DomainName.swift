import Diagnostics

/// The name of a host or mail domain, in lower case, without the trailing dot of the root.
public struct DomainName: ParsableText {
    public let description: String

    private static let label = Pattern(/[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?/)

    /// Reads letters, digits and hyphens (RFC 1123, 2.1) in labels of up to 63 octets, 253 octets in total (RFC 1035,
    /// 2.3.4). This is what Proxmox accepts as `dns-name`, plus the length limits that Proxmox does not check.
    package init(reading text: String) throws(ParseError) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw ParseError(text: "`\(text)` has non-ASCII characters; write the name in its `xn--` form")
        }
        guard IPAddress(text) == nil else { throw ParseError(text: "`\(text)` is an address; expected a name") }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            if label.isEmpty { throw ParseError(text: "`\(text)` has an empty label; remove the extra dot") }
            if label.count > 63 {
                throw ParseError(text: "the label `\(label)` is longer than 63 characters")
            }
            guard Self.label.fits(label) else {
                throw ParseError(
                    text:
                        "invalid host name `\(text)`: `\(label)` has characters other than letters, digits and inner hyphens"
                )
            }
        }
        guard text.count <= 253 else { throw ParseError(text: "`\(text.prefix(40))…` is longer than 253 characters") }
        guard labels.count > 1 else {
            throw ParseError(text: "`\(text)` is a single label; expected a full name like `mx2.example.net`")
        }
        description = text.lowercased()
    }
}

/// A mail address, `local@domain`.
public struct MailAddress: ParsableText {
    /// The part before the `@`, in its original case: some systems distinguish `Ada` from `ada`.
    public let local: String
    /// The part after the `@`.
    public let domain: DomainName

    public var description: String { "\(local)@\(domain)" }

    package init(local: String, domain: DomainName) {
        self.local = local
        self.domain = domain
    }

    private static let dotAtom = Pattern(
        /[A-Za-z0-9!#$%&'*+\/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+\/=?^_`{|}~-]+)*/)

    /// Reads a dot-atom (RFC 5322, 3.2.3) of up to 64 octets and a domain. The quoted form is not supported.
    package init(reading text: String) throws(ParseError) {
        guard let at = text.lastIndex(of: "@") else {
            throw ParseError(text: "invalid mail address `\(text)`: missing `@`")
        }
        let local = text[..<at]
        guard !local.isEmpty else {
            throw ParseError(
                text: "`\(text)` would accept mail for every address, even unknown ones; list the addresses")
        }
        guard local.count <= 64, Self.dotAtom.fits(local) else {
            throw ParseError(text: "invalid mail address `\(text)`: `\(local)` is not allowed before the `@`")
        }
        self.init(local: String(local), domain: try DomainName(reading: String(text[text.index(after: at)...])))
    }

    /// Compares without regard to case, because most systems deliver both spellings to one mailbox.
    public static func == (left: MailAddress, right: MailAddress) -> Bool { left.folded == right.folded }
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    private var folded: String { description.lowercased() }
}
