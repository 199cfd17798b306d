import ConfigurationFiles
import Diagnostics

/// A user for ssh logins. A leading hyphen is not allowed, because ssh would read the name as an option.
package struct UserName: ParsableText {
    package let description: String
    private static let form = Pattern(/[A-Za-z_][A-Za-z0-9_.-]*\$?/)

    init(reading text: String) throws(ParseError) {
        guard Self.form.fits(text) else {
            throw ParseError(
                text: "invalid user name `\(text)`; expected a letter or `_`, then letters, digits, `.`, `_` and `-`")
        }
        description = text
    }
}

/// Jump hosts as for `ssh -J`: `[user@]host[:port]`, separated by commas.
package struct JumpHosts: ParsableText {
    package let description: String

    init(reading text: String) throws(ParseError) {
        for hop in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard
                hop.wholeMatch(
                    of: /([A-Za-z_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:]+\])(:[1-9][0-9]*)?/)
                    != nil
            else { throw ParseError(text: "invalid jump host `\(hop)`; expected `user@host:port`") }
        }
        description = text
    }
}
