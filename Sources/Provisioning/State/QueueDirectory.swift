import Foundation

/// Where the packed mail queues of all sites are kept: one folder a site, apart from the state, as mail must outlive it.
public struct QueueDirectory: Sendable {
    public let root: String

    public init(root: String) { self.root = root }

    /// `$XDG_DATA_HOME/mxprovision/queues`, or `~/.local/share/mxprovision/queues` (XDG Base Directory Specification).
    public static func standard(environment: [String: String]) -> QueueDirectory {
        QueueDirectory(root: BaseDirectory.data.path(in: environment) + "/mxprovision/queues")
    }

    /// The site's folder, which need not exist.
    func folder(of site: SiteAddress) -> QueueFolder {
        let inventory = "\(root)/\(site.inventory)"
        return QueueFolder(folder: PrivateFolder(path: "\(inventory)/\(site.name)", above: [root, inventory]))
    }
}

/// Where one site's packed mail queue is kept.
struct QueueFolder: Sendable {
    fileprivate let folder: PrivateFolder

    /// The mail of a guest that is being rebuilt.
    var archivePath: String { folder.path + "/queue.tar.gz" }

    /// Creates the folder (mode 0700), and those above it, if they are missing.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``, ``StateError/untrusted(path:reason:advice:)``
    func create() throws { try folder.create() }

    /// Refuses folders that another user could change: the mail in them goes into a guest's queue.
    ///
    /// - Throws: ``StateError/untrusted(path:reason:advice:)``
    func checkTrust() throws { try folder.checkTrust() }
}
