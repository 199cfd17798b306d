/// Who may do what with a file or directory, as `stat -c '%a %U:%G'` prints it.
public struct Access: Sendable, Equatable {
    /// Octal, without leading zeros.
    var mode: String
    var owner: String

    /// Nil where the text is something else.
    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /([0-7]{1,4}) ([^\s:]+:[^\s:]+)/) else { return nil }
        mode = String(match.1)
        owner = String(match.2)
    }

    func changes(of path: String, toMode wantedMode: String, owner wantedOwner: String) -> [Change] {
        var changes: [Change] = []
        if Int(mode, radix: 8) != Int(wantedMode, radix: 8) {
            changes.append(Change("mode of \(path)", from: mode, to: wantedMode))
        }
        if owner != wantedOwner { changes.append(Change("owner of \(path)", from: owner, to: wantedOwner)) }
        return changes
    }
}
