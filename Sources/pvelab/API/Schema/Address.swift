import Glibc

/// Checks of the syntax of addresses.
enum Address {
    static func isIPv4(_ text: String) -> Bool { parses(text, AF_INET) }
    static func isIPv6(_ text: String) -> Bool { parses(text, AF_INET6) }
    static func isIP(_ text: String) -> Bool { isIPv4(text) || isIPv6(text) }

    /// Returns whether a text is an address with the prefix length of its network.
    static func isNetwork(_ text: String, _ family: Int32, _ lengths: ClosedRange<Int>) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let length = Int(parts[1]) else { return false }
        return parses(parts[0], family) && lengths.contains(length)
    }

    private static func parses(_ text: String, _ family: Int32) -> Bool {
        var bytes = in6_addr()
        return inet_pton(family, text, &bytes) == 1
    }

    /// Returns what is wrong with a rule's source or destination (PVE::Firewall, pve_fw_verify_addr_spec), or nil if it
    /// is valid. Valid are a set, an alias, or addresses, networks and ranges separated by commas. This does not check
    /// whether the alias exists.
    static func mistake(inFirewall text: String) -> String? {
        if text.wholeMatch(of: /\+?(?:dc\/|guest\/)?[A-Za-z][A-Za-z0-9_-]+/) != nil { return nil }
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            for end in ends {
                let address = String(end.prefix { $0 != "/" })
                guard !isIP(address) else { continue }
                return "invalid IP address: Invalid chars in IP \(address)\n"
            }
        }
        return nil
    }

    /// Returns the family of the first address, or nil for a set or an alias.
    static func family(ofFirewall text: String) -> Int? {
        guard let first = text.split(whereSeparator: { ",-/".contains($0) }).first.map(String.init) else { return nil }
        return isIPv4(first) ? 4 : isIPv6(first) ? 6 : nil
    }
}
