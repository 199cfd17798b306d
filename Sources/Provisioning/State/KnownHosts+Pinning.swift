import Foundation
import RemoteShell

extension KnownHosts {
    /// Makes these the only keys known under a name. They outlast a power cut: without them nobody gets into the guest.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``; a Cocoa error where there is a file that cannot be read.
    func pin(_ pinned: [String], as alias: String) throws {
        guard try keys(of: alias) != pinned else { return }
        try DurableFile.replace(path, with: Data(try text(pinning: pinned, as: alias).utf8))
    }
}
