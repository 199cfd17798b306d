import Foundation

/// Recordings and schemas of the real Proxmox VE, in Tests/Fixtures/proxmox.
enum Reference {
    static func file(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/proxmox/\(name)")
    }
}
