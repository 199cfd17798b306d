package import Engine
import Foundation
import RemoteShell

/// The known_hosts file that a command uses for its ssh connections.
///
/// A command that changes a site keeps it in the site's folder. A read-only command gets a temporary copy, so that it
/// never writes into the state.
package struct HostKeyStore: Sendable {
    let knownHosts: KnownHosts
    /// The folder to remove when the command ends; nil for the site's own file.
    private let temporaryFolder: String?

    /// Uses the site's own file.
    package init(in folder: SiteFolder) {
        knownHosts = KnownHosts(path: folder.knownHostsPath)
        temporaryFolder = nil
    }

    /// Creates a temporary copy of the site's file. Call ``remove()`` when the command ends.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``; a Cocoa error if the site's file cannot be read.
    package init(temporaryCopyOf folder: SiteFolder) throws {
        var template = Array("\(NSTemporaryDirectory())/mxprovision-known-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw StateError.unwritable(path: NSTemporaryDirectory(), reason: String(cString: strerror(errno)))
        }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        temporaryFolder = path
        knownHosts = KnownHosts(path: path + "/known_hosts")
        do {
            if FileManager.default.fileExists(atPath: folder.knownHostsPath) {
                try FileManager.default.copyItem(atPath: folder.knownHostsPath, toPath: knownHosts.path)
            }
        } catch {
            remove()
            throw error
        }
    }

    package var path: String { knownHosts.path }

    package func keys(of alias: String) throws -> [String] { try knownHosts.keys(of: alias) }

    /// Makes these keys the only trusted ones for a name.
    package func pin(_ keys: [String], as alias: String) throws { try knownHosts.pin(keys, as: alias) }

    /// Removes the temporary copy, if this is one.
    package func remove() {
        if let temporaryFolder { try? FileManager.default.removeItem(atPath: temporaryFolder) }
    }
}
