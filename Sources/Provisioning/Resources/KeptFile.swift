import RemoteShell

/// One of several files of root's that a resource keeps together; the guest itself compares them, so that a secret goes
/// there and never back.
struct KeptFile: Sendable, Equatable {
    let path: String
    let mode: String
    /// Nil where it is a secret.
    let content: String?
    /// The text as one quoted word, of which people see no secret.
    private let word: Script

    init(path: String, content: String, mode: String) {
        (self.path, self.mode, self.content, word) = (path, mode, content, "\(content)")
    }

    init(path: String, secret: Secret) {
        (self.path, mode, content, word) = (path, "0600", nil, "\(secret)")
    }

    /// What was found of such a file.
    struct Found: Sendable, Equatable {
        var isSame: Bool
        /// Nil if something else than a file is in its place.
        var access: Access?
    }

    /// Prints one line. Only a regular file is read: a pipe in its place would block the survey.
    var probe: Script {
        """
        if [ -f \(path) ]; then
            printf %s \(word) | cmp -s - \(path) && printf 'same ' || printf 'other '
            stat -c '%a %U:%G' \(path)
        elif [ -e \(path) ]; then echo obstacle
        else echo absent; fi
        """
    }

    /// Returns nil if there is no such file, and nothing at all if the line has another form.
    static func found(in line: String) -> Found?? {
        if line == "absent" { return .some(nil) }
        if line == "obstacle" { return Found(isSame: false, access: nil) }
        guard let match = line.wholeMatch(of: /(same|other) (.+)/), let access = Access(String(match.2)) else {
            return nil
        }
        return Found(isSame: match.1 == "same", access: access)
    }

    func changes(from found: Found?) -> [Change] {
        let wanted = content.map { "\($0.utf8.count) bytes" } ?? "as given"
        guard let found else { return [Change(path, from: nil, to: wanted)] }
        guard let access = found.access else { return [Change(path, from: "no regular file", to: wanted)] }
        return (found.isSame ? [] : [Change(path, from: "other content", to: wanted)])
            + access.changes(of: path, toMode: mode, owner: "root:root")
    }

    /// Needs the functions of ``Script/replacement``.
    var remedy: Script { "printf %s \(word) | replace \(mode) root:root \(path)" }
}

extension [KeptFile] {
    /// What the first lines of an answer tell of the files; nil where they tell something else.
    func found(in lines: [String]) -> [KeptFile.Found?]? {
        guard lines.count >= count else { return nil }
        let found = lines.prefix(count).map(KeptFile.found)
        let known = found.compactMap(\.self)
        return known.count == count ? known : nil
    }

    func changes(from found: [KeptFile.Found?]) -> [Change] { zip(self, found).flatMap { $0.changes(from: $1) } }

    /// Writes the files that differ. The functions of ``Script/replacement`` are there for the scripts that follow, too.
    func remedies(for found: [KeptFile.Found?]) -> [Script] {
        [.replacement] + zip(self, found).filter { !$0.changes(from: $1).isEmpty }.map { $0.0.remedy }
    }
}
