import ConfigurationFiles
import Diagnostics
import Engine

/// A user of Proxmox with the realm, `root@pam`. The name itself may contain `@` and `!`, for example if it comes from
/// a directory (PVE::Auth::Plugin).
struct ProxmoxUser: ParsableText {
    package let description: String
    private static let form = Pattern(/[^\s:\/]+@[A-Za-z][A-Za-z0-9._-]+/)

    package init(reading text: String) throws(ParseError) {
        guard 3...64 ~= text.count, Self.form.fits(text) else {
            throw ParseError(
                text: "invalid user `\(text)`; expected `user@realm` of at most 64 characters, like `mxprovision@pve`")
        }
        description = text
    }
}

/// The id of an API token, `user@realm!name` (PVE::AccessControl).
struct TokenID: ParsableText {
    package let description: String
    private static let name = Pattern(/[A-Za-z][A-Za-z0-9._-]+/)

    package init(reading text: String) throws(ParseError) {
        let mark = text.lastIndex(of: "!") ?? text.startIndex
        guard (try? ProxmoxUser(reading: String(text[..<mark]))) != nil, Self.name.fits(text[mark...].dropFirst())
        else {
            // The text is not shown, because it may contain the secret after the id.
            throw ParseError(
                text: "invalid token id; expected `user@realm!name` like `mxprovision@pve!up`, without the secret")
        }
        description = text
    }
}

/// A tag of a guest (PVE::JSONSchema, `pve-tag`); Proxmox keeps tags in lower case.
struct Tag: ParsableText {
    /// The default tag of a guest.
    package static let own = Tag(description: "mxprovision")

    package let description: String
    private static let form = Pattern(/[A-Za-z0-9_][A-Za-z0-9_.+-]*/)

    private init(description: String) { self.description = description }

    package init(reading text: String) throws(ParseError) {
        guard Self.form.fits(text) else {
            throw ParseError(text: "invalid tag `\(text)`; expected letters, digits, `_`, `-`, `+` and `.`")
        }
        description = text.lowercased()
    }
}

/// A Proxmox identifier, with Proxmox's own rule for it (PVE::JSONSchema).
protocol ProxmoxIdentifier: ParsableText {
    /// What the name identifies: "pool name".
    static var kind: String { get }
    /// The allowed characters, for the message.
    static var expected: String { get }
    static var form: Pattern { get }
    init(checked text: String)
}

extension ProxmoxIdentifier {
    package init(reading text: String) throws(ParseError) {
        guard Self.form.fits(text) else {
            throw ParseError(text: "invalid \(Self.kind) `\(text)`; expected \(Self.expected)")
        }
        self.init(checked: text)
    }
}

/// The name of a node (`pve-node`).
struct ProxmoxNode: ProxmoxIdentifier {
    package static let kind = "node name"
    package static let expected = "letters, digits and inner `-`: the node's host name without its domain"
    package static let form = Pattern(/[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?/)
    package let description: String
    package init(checked text: String) { description = text }
}

/// The name of a storage (`pve-storage-id`).
struct ProxmoxStorage: ProxmoxIdentifier {
    package static let kind = "storage name"
    package static let expected =
        "at least two characters: first a letter, then letters, digits, `.`, `_` and `-`, last a letter or digit"
    package static let form = Pattern(/[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]/)
    package let description: String
    package init(checked text: String) { description = text }
}

/// The name of a pool (`pve-poolid`). Since Proxmox VE 8.1, pools may be nested up to three levels.
struct ProxmoxPool: ProxmoxIdentifier {
    package static let kind = "pool name"
    package static let expected = "letters, digits, `.`, `_` and `-`; up to three levels, separated by `/`"
    package static let form = Pattern(/[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+){0,2}/)
    package let description: String
    package init(checked text: String) { description = text }
}

/// The name of a bridge, or of an SDN network (pve-container, `net[n]`).
struct ProxmoxBridge: ProxmoxIdentifier {
    package static let kind = "bridge name"
    package static let expected = "letters, digits, `.`, `_` and `-`"
    package static let form = Pattern(/[A-Za-z0-9._-]+/)
    package let description: String
    package init(checked text: String) { description = text }
}

/// One or several domains that a guest's resolver appends to a short name (`dns-name-list`). They are separated by one
/// blank. A domain may have only one label.
struct SearchDomains: ParsableText {
    package let description: String
    private static let name = Pattern(
        /[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*/)

    package init(reading text: String) throws(ParseError) {
        let names = text.split { " ,;".contains($0) }
        guard !names.isEmpty, names.allSatisfy({ Self.name.fits($0) }) else {
            throw ParseError(
                text: "invalid search domain `\(text)`; expected domain names like `example.net`, separated by blanks")
        }
        description = names.joined(separator: " ").lowercased()
    }
}

/// A resolver's address. A link-local one has the guest's interface, `fe80::1%eth0` (`lxc-ip-with-ll-iface`).
struct ResolverAddress: ParsableText {
    package let description: String
    private static let interface = Pattern(/[A-Za-z][A-Za-z0-9_]{1,20}([:.]\d+)?/)

    package init(reading text: String) throws(ParseError) {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            description = try IPAddress(reading: text).description
            return
        }
        guard let address = IPAddress(String(parts[0])), address.isLinkLocal, Self.interface.fits(parts[1]) else {
            throw ParseError(
                text: "invalid resolver address `\(text)`; expected an address, or a link-local one like `fe80::1%eth0`"
            )
        }
        description = "\(address)%\(parts[1])"
    }
}
