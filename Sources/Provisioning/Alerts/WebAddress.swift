import Foundation

/// The `https` URL of a web service, in letters that curl(1) takes as they are.
public struct WebAddress: Notation {
    public let description: String

    init(reading text: String) throws(Misfit) {
        guard let address = WebAddress(text) else {
            throw Misfit(text: "`\(text)` is no address of a web service; an `https://` URL is wanted")
        }
        self = address
    }

    /// Nil where the text is something else; who reads a secret must not quote it.
    init?(_ text: String) {
        let form = #/https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?/#
        guard text.wholeMatch(of: form) != nil else { return nil }
        description = text
    }

    /// Without brackets.
    var host: String {
        let authority = description.dropFirst("https://".count).prefix { !"/?".contains($0) }
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return authority.prefix { $0 != ":" }.lowercased()
    }

    /// What comes behind the host, without the query.
    var path: Substring {
        let rest = description.dropFirst("https://".count).drop { !"/?".contains($0) }
        return rest.prefix { $0 != "?" }
    }

    var hasQuery: Bool { description.contains("?") }
}
