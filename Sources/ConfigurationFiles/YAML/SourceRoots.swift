import Foundation
import Synchronization

/// The folders whose files a playbook may send to a guest: its own folder, and those that the operator lists.
///
/// A playbook may be written by someone else. Without this restriction, `source: /etc/shadow` or a link to that file
/// would send its content to a guest.
public enum SourceRoots {
    private static let listed = Mutex<[String]>([])

    /// Allows playbooks to read files below this folder too.
    public static func add(_ folder: String) { listed.withLock { $0.append(folder) } }

    /// Returns whether a file is below the folder of the playbook or a listed folder, after all symbolic links are
    /// resolved.
    package static func contain(_ path: String, besides playbook: String) -> Bool {
        let own = URL(filePath: playbook).deletingLastPathComponent().path(percentEncoded: false)
        guard let target = real(path) else {
            // A missing file is reported as missing if its folder is allowed.
            return real((path as NSString).deletingLastPathComponent).map { isBelow($0, own) } ?? true
        }
        return isBelow(target, own)
    }

    private static func isBelow(_ target: String, _ own: String) -> Bool {
        ([own] + listed.withLock { $0 }).compactMap { real($0.isEmpty ? "." : $0) }.contains { root in
            target == root || target.hasPrefix(root == "/" ? root : root + "/")
        }
    }

    /// Returns the path without links, `.` and `..` (realpath(3)), or nil if it does not exist.
    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
