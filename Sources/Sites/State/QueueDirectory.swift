import Engine
import Foundation
import Guests
import Resources

/// The directory of what destroyed guests have left for the next ones, such as queued messages, with one folder for each
/// site. It is separate from the state, because it must outlive the state.
public struct QueueDirectory: Sendable {
    public let root: String

    public init(root: String) { self.root = root }

    /// Returns the default directory: `$XDG_DATA_HOME/mxprovision/queues`, or `~/.local/share/mxprovision/queues` (XDG
    /// Base Directory Specification).
    public static func standard(environment: [String: String]) -> QueueDirectory {
        QueueDirectory(root: BaseDirectory.data.path(in: environment) + "/mxprovision/queues")
    }

    /// Returns the site's folder, which need not exist.
    func folder(of site: SiteAddress) -> QueueFolder {
        let inventory = "\(root)/\(site.inventory)"
        return QueueFolder(folder: PrivateFolder(path: "\(inventory)/\(site.name)", above: [root, inventory]))
    }
}

/// The folder of what one site's destroyed guest has left for the next one.
package struct QueueFolder: Sendable {
    fileprivate let folder: PrivateFolder

    /// The path of the mail of a guest that is being rebuilt.
    package var archivePath: String { folder.path + "/queue.tar.gz" }

    private var addressPath: String { folder.path + "/hardware-address" }

    /// Returns the hardware address of a guest that is being rebuilt, or nil if none is stored. Like the mail, it
    /// outlives the state.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    func keptAddress() throws -> String? {
        guard let data = FileManager.default.contents(atPath: addressPath) else { return nil }
        try checkTrust()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return KeptHardwareAddress(text: text)?.address
    }

    /// Stores the hardware address of a guest that is about to be replaced.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``, ``StateError/untrusted(path:reason:advice:)``
    package func keep(address: String) throws {
        try create()
        try DurableFile.replace(addressPath, with: Data("\(address)\n".utf8))
    }

    /// Removes the stored address, after the new guest has it and its notes record it.
    func forgetAddress() throws {
        if FileManager.default.fileExists(atPath: addressPath) { try DurableFile.remove(addressPath) }
    }

    /// Creates the folder (mode 0700), and those above it, if they are missing.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``, ``StateError/untrusted(path:reason:advice:)``
    package func create() throws { try folder.create() }

    /// Refuses folders that another user could change, because the mail in them is imported into a guest's queue.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    package func checkTrust() throws { try folder.checkTrust() }
}
