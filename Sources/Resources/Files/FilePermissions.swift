import Diagnostics

/// The mode and owner of a file or directory, as `stat -c '%a %U:%G'` prints them.
public struct FilePermissions: Sendable, Equatable {
    /// The octal mode, without leading zeros.
    package var mode: String
    package var owner: String

    private static let octal = Pattern(/[0-7]{1,4}/)
    private static let ownership = Pattern(/[^\s:]+:[^\s:]+/)

    /// Returns nil if the text has another form.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, Self.octal.fits(words[0]), Self.ownership.fits(words[1]) else { return nil }
        mode = String(words[0])
        owner = String(words[1])
    }

    package func changes(of path: String, toMode wantedMode: String, owner wantedOwner: String) -> [Change] {
        var changes: [Change] = []
        if Int(mode, radix: 8) != Int(wantedMode, radix: 8) {
            changes.append(Change("mode of \(path)", from: mode, to: wantedMode))
        }
        if owner != wantedOwner { changes.append(Change("owner of \(path)", from: owner, to: wantedOwner)) }
        return changes
    }
}
