import Foundation
import Synchronization

/// The folders whose files a playbook may send to a guest: its own, and those that the operator lists.
///
/// A playbook may come from somebody else; without this, `source: /etc/shadow` or a link to it would leave this machine.
public enum SourceRoots {
    private static let listed = Mutex<[String]>([])

    /// Lets playbooks read files below this folder too.
    public static func add(_ folder: String) { listed.withLock { $0.append(folder) } }

    /// Whether a file is, after all symbolic links are resolved, below the folder of the playbook or a listed one.
    static func contain(_ path: String, besides playbook: String) -> Bool {
        let own = URL(filePath: playbook).deletingLastPathComponent().path(percentEncoded: false)
        guard let target = real(path) else {
            // A file that does not exist is reported as such, if it would be in the right place.
            return real((path as NSString).deletingLastPathComponent).map { isBelow($0, own) } ?? true
        }
        return isBelow(target, own)
    }

    private static func isBelow(_ target: String, _ own: String) -> Bool {
        ([own] + listed.withLock { $0 }).compactMap { real($0.isEmpty ? "." : $0) }.contains { root in
            target == root || target.hasPrefix(root == "/" ? root : root + "/")
        }
    }

    /// The path without links, `.` and `..` (realpath(3)); nil if it does not exist.
    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
