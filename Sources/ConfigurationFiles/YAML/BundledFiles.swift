import Synchronization

/// Files that are embedded in the program. Playbooks read them like files on disk.
public enum BundledFiles {
    /// The virtual folder of the files. No file on disk has such a path.
    public static let folder = "/(mxprovision)/Playbooks"

    private static let texts = Mutex<[String: String]>([:])

    /// Adds files. The keys are paths relative to ``folder``.
    public static func add(_ files: [String: String]) {
        texts.withLock { texts in
            for (name, text) in files { texts["\(folder)/\(name)"] = text }
        }
    }

    /// Returns the text of a file, or nil if it is not embedded in the program.
    package static func text(at path: String) -> String? { texts.withLock { $0[path] } }
}
