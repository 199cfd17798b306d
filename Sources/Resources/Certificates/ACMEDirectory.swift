package import ConfigurationFiles
import Diagnostics

/// The URL of an ACME directory. It must be `https` (RFC 8555, 6.1).
package struct DirectoryURL: ParsableText {
    package let description: String
    private static let form = Pattern(/https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[A-Za-z0-9._~\/-]*)?/)

    package init(reading text: String) throws(ParseError) {
        guard Self.form.fits(text) else {
            throw ParseError(text: "invalid ACME directory `\(text)`; expected an `https://` URL")
        }
        description = text
    }
}
