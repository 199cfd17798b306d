/// A user that ssh logs in as. A leading hyphen would be an option to ssh.
struct UserName: Notation {
    let description: String
    private static let form = Pattern(/[A-Za-z_][A-Za-z0-9_.-]*\$?/)

    init(reading text: String) throws(Misfit) {
        guard Self.form.fits(text) else {
            throw Misfit(text: "`\(text)` is no user name")
        }
        description = text
    }
}

/// `[user@]host[:port]`, several joined by commas, as for `ssh -J`.
struct JumpHosts: Notation {
    let description: String

    init(reading text: String) throws(Misfit) {
        for hop in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard
                hop.wholeMatch(
                    of: /([A-Za-z_][A-Za-z0-9_.-]*@)?([A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:]+\])(:[1-9][0-9]*)?/)
                    != nil
            else { throw Misfit(text: "`\(hop)` is no host to jump over; `user@host:port` is wanted") }
        }
        description = text
    }
}
