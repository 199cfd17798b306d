/// The part of a guest's file that Proxmox owns, between its two marker lines.
enum PVEBlock {
    static let begin = "# --- BEGIN PVE ---"
    static let end = "# --- END PVE ---"

    /// Returns the file with its block replaced in place, or nil if it has none.
    static func replace(in file: String, with content: [String]) -> String? {
        let lines = file.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let first = lines.firstIndex(of: begin), let last = lines[first...].firstIndex(of: end) else {
            return nil
        }
        return (lines[..<first] + block(content) + lines[(last + 1)...]).joined(separator: "\n")
    }

    /// Returns the file with its block replaced in place, or appended.
    static func put(in file: String, content: [String]) -> String {
        if let replaced = replace(in: file, with: content) { return replaced }
        let separator = file.isEmpty || file.hasSuffix("\n") ? "" : "\n"
        return file + separator + block(content).joined(separator: "\n") + "\n"
    }

    static func outside(_ file: String) -> [String] {
        let lines = file.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let first = lines.firstIndex(of: begin), let last = lines[first...].firstIndex(of: end) else {
            return lines
        }
        return Array(lines[..<first] + lines[(last + 1)...])
    }

    private static func block(_ content: [String]) -> [String] { [begin] + content + [end] }
}
