import ConfigurationFiles
import Diagnostics
package import RemoteShell
package import Secrets

/// One of several files that a resource manages together, or a file with a secret.
///
/// The guest compares the content itself, so that a secret is sent to the guest but never returned.
package struct KeptFile: Sendable, Equatable {
    package let path: String
    package let mode: String
    private let owner: String
    /// The content, or nil if it is a secret.
    package let content: String?
    /// The content as one quoted word. Its description shows no secret.
    private let word: Script

    package init(path: String, content: String, mode: String, owner: String = "root:root") {
        (self.path, self.mode, self.owner, self.content, word) = (path, mode, owner, content, "\(content)")
    }

    package init(path: String, secret: Secret, mode: String = "0600", owner: String = "root:root") {
        (self.path, self.mode, self.owner, content, word) = (path, mode, owner, nil, "\(secret)")
    }

    /// The observed state of such a file.
    package struct Found: Sendable, Equatable {
        package var isSame: Bool
        /// Mode and owner, or nil if something other than a regular file is at the path.
        package var access: FilePermissions?
    }

    /// Prints one line. It reads only a regular file, because a pipe at the path would block the command batch.
    package var probe: Script {
        """
        if [ -f \(path) ]; then
            printf %s \(word) | cmp -s - \(path) && printf 'same ' || printf 'other '
            stat -c '%a %U:%G' \(path)
        elif [ -e \(path) ]; then echo obstacle
        else echo absent; fi
        """
    }

    /// Returns what a line of the probe reports: `.some(nil)` if there is no such file, or nil if the line has another
    /// form.
    package static func found(in line: String) -> Found?? {
        if line == "absent" { return .some(nil) }
        if line == "obstacle" { return Found(isSame: false, access: nil) }
        guard let match = line.wholeMatch(of: /(same|other) (.+)/), let access = FilePermissions(String(match.2)) else {
            return nil
        }
        return Found(isSame: match.1 == "same", access: access)
    }

    package func changes(from found: Found?) -> [Change] {
        let wanted = content.map { "\($0.utf8.count) bytes" } ?? "expected content"
        guard let found else { return [Change(path, from: nil, to: wanted)] }
        guard let access = found.access else { return [Change(path, from: "not a regular file", to: wanted)] }
        return (found.isSame ? [] : [Change(path, from: "other content", to: wanted)])
            + access.changes(of: path, toMode: mode, owner: owner)
    }

    /// Writes the file. Needs the functions of ``Script/replacement``.
    package var repair: Script { "printf %s \(word) | replace \(mode) \(owner) \(path)" }
}

extension [KeptFile] {
    /// Returns what the first lines of a result report for the files, or nil if they have another form.
    package func found(in lines: [String]) -> [KeptFile.Found?]? {
        guard lines.count >= count else { return nil }
        let found = lines.prefix(count).map(KeptFile.found)
        let known = found.compactMap(\.self)
        return known.count == count ? known : nil
    }

    package func changes(from found: [KeptFile.Found?]) -> [Change] {
        zip(self, found).flatMap { $0.changes(from: $1) }
    }

    /// Returns the scripts that write the files that differ. The first one defines the functions of
    /// ``Script/replacement``, which later scripts can use too.
    package func repairs(for found: [KeptFile.Found?]) -> [Script] {
        [.replacement] + zip(self, found).filter { !$0.changes(from: $1).isEmpty }.map { $0.0.repair }
    }
}
