import Foundation

extension Container {
    /// Returns all messages of a user's Maildir, oldest first, unchanged.
    func messages(of user: String) throws -> [String] {
        let maildir = files.root + "/home/\(user)/Maildir"
        let paths = ["new", "cur"].flatMap { part in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(maildir)/\(part)")) ?? []).map {
                "\(maildir)/\(part)/\($0)"
            }
        }
        func name(_ path: String) -> Substring { path[(path.lastIndex(of: "/") ?? path.startIndex)...] }
        return try paths.sorted { name($0) < name($1) }.map { path in
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        }
    }
}
