import Engine
import Foundation
import RemoteShell

extension KnownHosts {
    /// Makes these keys the only known ones for a name. They survive a power failure, because without them no login to
    /// the guest works.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``; a Cocoa error if the file exists and cannot be read.
    package func pin(_ pinned: [String], as alias: String) throws {
        guard try keys(of: alias) != pinned else { return }
        try DurableFile.replace(path, with: Data(try text(pinning: pinned, as: alias).utf8))
    }
}
