/// Parses the name of an API caller as Proxmox writes it: `user@realm`, or `user@realm!token`.
public enum CallerName {
    /// Returns the user, without the token. The user's own name may contain `@` and `!`; the realm and the token
    /// contain neither.
    public static func user(of who: String) -> String {
        guard isToken(who), let mark = who.lastIndex(of: "!") else { return who }
        return String(who[..<mark])
    }

    /// Returns whether the caller is a token, not a user with a password.
    public static func isToken(_ who: String) -> Bool {
        guard let mark = who.lastIndex(of: "!"), let at = who.lastIndex(of: "@") else { return false }
        return at < mark
    }
}
