import Foundation

/// The folder of one lab: keys, logs, guests.
struct LabFolder: Sendable {
    static let standard = "/var/lib/pvelab"

    var path: String

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    var guests: String { self("guests") }
    var templates: String { self("templates") }
    var environmentFile: String { self("lab.env") }
    var tokenFile: String { self("token") }
    var rootPasswordFile: String { self("root-password") }
    var routerKeyFile: String { self("router-key") }
    var routerPasswordFile: String { self("router-password") }
    var controlSocket: String { self("control.sock") }

    func log(_ name: String) -> String { self("log/\(name).log") }

    func make() throws {
        for folder in [path, guests, self("log"), self("node"), self("dns"), self("acme"), self("elsewhere")] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    /// Writes a file atomically: a reader sees the old or the new content.
    static func write(_ text: String, to path: String, mode: Int = 0o644) throws {
        let partial = path + ".new"
        let written = FileManager.default.createFile(
            atPath: partial,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: mode]
        )
        guard written, rename(partial, path) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }
}
