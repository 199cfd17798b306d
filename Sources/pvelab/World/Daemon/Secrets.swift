import Foundation

/// The passwords of one lab, new with each; in files of mode 0600.
struct Secrets: Sendable {
    var token: String
    var rootPassword: String

    static func make(_ folder: LabFolder) throws {
        for file in [folder.tokenFile, folder.rootPasswordFile] {
            try LabFolder.write(UUID().uuidString.lowercased() + "\n", to: file, mode: 0o600)
        }
    }

    static func read(_ folder: LabFolder) throws -> Secrets {
        func line(_ file: String) throws -> String {
            try LabFolder.read(file).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return Secrets(token: try line(folder.tokenFile), rootPassword: try line(folder.rootPasswordFile))
    }
}
