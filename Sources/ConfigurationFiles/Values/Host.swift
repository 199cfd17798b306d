import Diagnostics

/// A host to connect to: an address or a name. The name may have a single label.
package struct Host: ParsableText {
    package let description: String
    private static let form = Pattern(/[A-Za-z0-9_]([A-Za-z0-9_-]*)/)

    package init(reading text: String) throws(ParseError) {
        if let address = IPAddress(text) {
            description = address.description
        } else if Self.form.fits(text) {
            description = text
        } else if text.contains("/") || text.contains(":") {
            throw ParseError(
                text: "invalid host `\(text)`; expected a name or an address without scheme, port or path")
        } else {
            description = try DomainName(reading: text).description
        }
    }
}
