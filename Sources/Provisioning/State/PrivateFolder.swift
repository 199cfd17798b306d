import Foundation

/// A folder that only its owner may change, and the folders above it that belong to it.
struct PrivateFolder: Sendable {
    let path: String
    let above: [String]

    /// Creates the folder (mode 0700), and those above it, if they are missing.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``
    func create() throws {
        try DurableFile.makeFolder(path)
        try checkTrust()
    }

    /// Refuses folders that another user could change: what is in them is trusted.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    func checkTrust() throws {
        for folder in above + [path] {
            var seen = stat()
            guard lstat(folder, &seen) == 0 else { continue }
            // The root may be a link of the operator's own; below it nothing has to be one.
            if folder == above.first { _ = stat(folder, &seen) }
            guard seen.st_mode & S_IFMT == S_IFDIR else {
                throw StateError.untrusted(path: folder, reason: "it is not a folder", advice: "rm \(folder)")
            }
            guard seen.st_uid == geteuid() else {
                throw StateError.untrusted(
                    path: folder, reason: "it belongs to another user (uid \(seen.st_uid))",
                    advice: "chown -R \(geteuid()) \(folder)")
            }
            guard seen.st_mode & 0o022 == 0 else {
                throw StateError.untrusted(
                    path: folder, reason: "others can write to it (mode \(String(seen.st_mode & 0o7777, radix: 8)))",
                    advice: "chmod go-w \(folder)")
            }
        }
    }
}
