import Foundation

/// The `https` URL of a web service. It contains only characters that curl(1) does not interpret.
public struct WebAddress: ParsableText {
    public let description: String

    package init(reading text: String) throws(ParseError) {
        guard let address = WebAddress(text) else {
            throw ParseError(text: "invalid URL `\(text)`; expected an `https://` URL")
        }
        self = address
    }

    /// Returns nil if the text is not such a URL. A caller that reads a secret must not quote the text in an error.
    package init?(_ text: String) {
        let form = #/https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?/#
        guard text.wholeMatch(of: form) != nil else { return nil }
        description = text
    }

    /// The host, without the brackets of an IPv6 address.
    package var host: String {
        let authority = description.dropFirst("https://".count).prefix { !"/?".contains($0) }
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return authority.prefix { $0 != ":" }.lowercased()
    }

    /// The part after the host and port, without the query.
    package var path: Substring {
        let rest = description.dropFirst("https://".count).drop { !"/?".contains($0) }
        return rest.prefix { $0 != "?" }
    }

    package var hasQuery: Bool { description.contains("?") }
}
