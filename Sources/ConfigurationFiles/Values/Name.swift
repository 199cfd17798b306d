import Diagnostics

/// The name of an inventory or a site. It is used as a folder name and in the ownership marker in a guest's notes.
package struct Name: ParsableText {
    package let description: String
    private static let form = Pattern(/[A-Za-z0-9][A-Za-z0-9._-]*/)

    package init(reading text: String) throws(ParseError) {
        guard text.count <= 63, Self.form.fits(text) else {
            throw ParseError(
                text: "invalid name `\(text.prefix(64))`; expected up to 63 letters, digits, `.`, `_`, `-`")
        }
        description = text
    }
}
