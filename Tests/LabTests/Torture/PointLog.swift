import Foundation

/// The boundaries that a run has reached, in order (Points/points.h).
struct PointLog {
    struct Boundary: Equatable {
        /// Whether the boundary has a number.
        var isPoint: Bool
        /// `request`, `answer`, `script`, `sent`, `ended`, `stream`, `create`, `truncate`, `write`, `sync`, `rename` or
        /// `remove`.
        var what: String
        /// The call, the host, or the paths.
        var of: [String]

        var description: String { "\(what) \(of.joined(separator: " "))" }
    }

    var boundaries: [Boundary]

    init(_ text: String) {
        boundaries = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard words.count > 1 else { return nil }
            return Boundary(isPoint: words[0].hasPrefix("+"), what: words[1], of: Array(words[2...]))
        }
    }

    init(file path: String) throws { self.init(try String(contentsOfFile: path, encoding: .utf8)) }

    var points: [Boundary] { boundaries.filter(\.isPoint) }

    /// Returns the data that a power failure would have lost and that the run relied on. After a kill alone, the kernel
    /// still has that data.
    ///
    /// - Parameter ended: Whether the run ended, so that everything must be on disk.
    func losses(atEnd ended: Bool) -> [String] {
        var disk = Disk()
        var losses: [String] = []
        for boundary in boundaries {
            let isOutside =
                ["sent", "stream"].contains(boundary.what)
                || boundary.what == "request" && boundary.of.first != "GET"
            if isOutside { losses += disk.volatile.map { "\($0) may be lost when \(boundary.description)" } }
            losses += disk.take(boundary)
        }
        return ended ? losses + disk.volatile.map { "\($0) may be lost at the end" } : losses
    }

    /// The content of the site's folder that is certain to be on disk. Names that end in `.new` or `.partial` are not
    /// used before they are renamed, and the lock's text is only for people.
    private struct Disk {
        private var unsynced: Set<String> = []
        private var unnamed: Set<String> = []

        var volatile: [String] {
            unsynced.union(unnamed).filter { path in
                !["/lock", ".new", ".partial"].contains { path.hasSuffix($0) }
            }.sorted()
        }

        mutating func take(_ boundary: Boundary) -> [String] {
            let path = boundary.of.first ?? ""
            switch boundary.what {
            case "create":
                unnamed.insert(path)
            case "truncate" where !path.hasSuffix("/lock") && !path.hasSuffix(".new"):
                unsynced.insert(path)
                // The journal may lose an incomplete line.
                return path.hasSuffix(".jsonl") ? [] : ["\(path) is overwritten in its place"]
            case "write": unsynced.insert(path)
            case "sync":
                unsynced.remove(path)
                unnamed = unnamed.filter { ($0 as NSString).deletingLastPathComponent != (path.isEmpty ? "/" : path) }
            case "rename":
                let target = boundary.of.last ?? ""
                unnamed.remove(path)
                unnamed.insert(target)
                if unsynced.remove(path) != nil { return ["\(path) is renamed before it is synced"] }
            case "remove":
                unsynced.remove(path)
                unnamed.insert(path)
            default: break
            }
            return []
        }
    }
}
