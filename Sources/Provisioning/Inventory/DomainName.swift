/// A host's or a mail domain's name, in lower case, without the root's dot.
public struct DomainName: Notation {
    public let description: String

    private static let label = Pattern(/[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?/)

    /// Letters, digits and hyphens (RFC 1123, 2.1) in labels of 63 and a whole of 253 octets (RFC 1035, 2.3.4):
    /// what Proxmox's `dns-name` takes, and the limits that it forgets.
    init(reading text: String) throws(Misfit) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw Misfit(text: "`\(text)` has letters beyond ASCII; write the name in its `xn--` form")
        }
        guard IPAddress(text) == nil else { throw Misfit(text: "`\(text)` is an address; a name is wanted") }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            if label.isEmpty { throw Misfit(text: "`\(text)` has a dot too many") }
            if label.count > 63 { throw Misfit(text: "`\(label)` is longer than the 63 letters that a label may have") }
            guard Self.label.fits(label) else {
                throw Misfit(
                    text:
                        "`\(text)` is no host name: `\(label)` has something else than letters, digits and inner hyphens"
                )
            }
        }
        guard text.count <= 253 else { throw Misfit(text: "`\(text.prefix(40))…` is longer than 253 letters") }
        guard labels.count > 1 else {
            throw Misfit(text: "`\(text)` is a single word; a full name like `mx2.example.net` is wanted")
        }
        description = text.lowercased()
    }
}

/// A recipient, `local@domain`.
public struct MailAddress: Notation {
    /// As it was written: some systems tell `Ada` from `ada`.
    public let local: String
    public let domain: DomainName

    public var description: String { "\(local)@\(domain)" }

    init(local: String, domain: DomainName) {
        self.local = local
        self.domain = domain
    }

    private static let dotAtom = Pattern(
        /[A-Za-z0-9!#$%&'*+\/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+\/=?^_`{|}~-]+)*/)

    /// A dot-atom (RFC 5322, 3.2.3) of up to 64 octets; the quoted form is left out, as Postfix's tables want it otherwise.
    init(reading text: String) throws(Misfit) {
        guard let at = text.lastIndex(of: "@") else {
            throw Misfit(text: "`\(text)` is no mail address: it has no `@`")
        }
        let local = text[..<at]
        guard !local.isEmpty else {
            throw Misfit(
                text: "`\(text)` would take mail for everybody, also for those who do not exist; list the addresses")
        }
        guard local.count <= 64, Self.dotAtom.fits(local) else {
            throw Misfit(text: "`\(text)` is no mail address: `\(local)` cannot stand before the `@`")
        }
        self.init(local: String(local), domain: try DomainName(reading: String(text[text.index(after: at)...])))
    }

    /// Most systems deliver both spellings to one mailbox, and so does Postfix's lookup.
    public static func == (left: MailAddress, right: MailAddress) -> Bool { left.folded == right.folded }
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    private var folded: String { description.lowercased() }
}
