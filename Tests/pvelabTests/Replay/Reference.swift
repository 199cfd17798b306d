import Foundation
import Testing

/// Facts about the real Proxmox VE that lie outside of the repository: in the folder that `MXPROVISION_REFERENCE` names,
/// or in `shared/reference` beside the package or beside a folder above it.
enum Reference {
    static func file(_ name: String) -> URL? { folders.map { $0.appending(path: name) }.first(where: isReadable) }

    static func absence(of name: String) -> Comment {
        "\(name) is neither in $MXPROVISION_REFERENCE nor beside the repository (shared/reference)"
    }

    private static var folders: [URL] {
        var folders: [URL] = []
        if let named = ProcessInfo.processInfo.environment["MXPROVISION_REFERENCE"] {
            folders.append(URL(filePath: named, directoryHint: .isDirectory))
        }
        var folder = URL(filePath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            folders.append(folder.appending(path: "shared/reference"))
        }
        return folders
    }

    private static func isReadable(_ file: URL) -> Bool { FileManager.default.isReadableFile(atPath: file.path) }
}
