import Diagnostics
import Foundation

/// A folder that only its owner may change, and the folders above it that belong to it.
package struct PrivateFolder: Sendable {
    package let path: String
    package let above: [String]

    package init(path: String, above: [String]) {
        self.path = path
        self.above = above
    }

    /// Creates the folder (mode 0700), and those above it, if they are missing.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``
    package func create() throws {
        try DurableFile.makeFolder(path)
        try checkTrust()
    }

    /// Refuses folders that another user could change, because their content is trusted.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    package func checkTrust() throws {
        for folder in above + [path] {
            var seen = stat()
            guard lstat(folder, &seen) == 0 else { continue }
            // The root may be a symbolic link of the operator; nothing below it needs to be one.
            if folder == above.first { _ = stat(folder, &seen) }
            guard seen.st_mode & S_IFMT == S_IFDIR else {
                throw StateError.untrusted(
                    path: folder, reason: "it is not a folder", advice: "rm \(CommandWord.quoted(folder))")
            }
            guard seen.st_uid == geteuid() else {
                throw StateError.untrusted(
                    path: folder, reason: "it belongs to another user (uid \(seen.st_uid))",
                    advice: "chown -R \(geteuid()) \(CommandWord.quoted(folder))")
            }
            guard seen.st_mode & 0o022 == 0 else {
                throw StateError.untrusted(
                    path: folder,
                    reason: "other users can write to it (mode \(String(seen.st_mode & 0o7777, radix: 8)))",
                    advice: "chmod go-w \(CommandWord.quoted(folder))")
            }
        }
    }
}
