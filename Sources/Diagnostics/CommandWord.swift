/// A word of a shell command that a person can paste.
public enum CommandWord {
    /// Returns the word unchanged if no shell interprets it, and in single quotes otherwise (POSIX XCU 2.2.2).
    /// Interactive bash expands `!` everywhere except in single quotes.
    public static func quoted(_ word: String) -> String {
        if word.wholeMatch(of: /[A-Za-z0-9@%+=:,.\/_-]+/) != nil { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
