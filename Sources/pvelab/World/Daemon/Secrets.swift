import Foundation

/// The passwords of one lab, new for each lab, in files of mode 0600.
struct Secrets: Sendable {
    var token: String
    var rootPassword: String
    /// The API key of the gateway. Its password follows.
    var routerKey: String
    var routerPassword: String

    static func make(_ folder: LabFolder) throws {
        for file in [folder.tokenFile, folder.rootPasswordFile, folder.routerKeyFile, folder.routerPasswordFile] {
            try LabFolder.write(UUID().uuidString.lowercased() + "\n", to: file, mode: 0o600)
        }
    }

    static func read(_ folder: LabFolder) throws -> Secrets {
        func line(_ file: String) throws -> String {
            try LabFolder.read(file).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return Secrets(
            token: try line(folder.tokenFile),
            rootPassword: try line(folder.rootPasswordFile),
            routerKey: try line(folder.routerKeyFile),
            routerPassword: try line(folder.routerPasswordFile)
        )
    }
}
