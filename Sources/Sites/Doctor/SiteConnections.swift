import Engine
package import Guests
package import RemoteShell

/// The open connections to a site during its examination.
package struct SiteConnections: Sendable {
    /// The connection to the guest, if a run has created one.
    package var guest: SSHConnection?
    /// The connection to the node, if the inventory has one.
    package var node: SSHShell?

    /// The host from which to check the site's network: the guest if possible, otherwise the node.
    package var vantage: (name: String, shell: SSHShell)? {
        guest.map { ("the guest", $0.shell) } ?? node.map { ("the node", $0) }
    }

    package static let advice = """
        Set `ssh: node:` in the inventory, so that the node checks the site's network before the guest exists.
        """

    package func close() async {
        await guest?.close()
        await node?.close()
    }
}
