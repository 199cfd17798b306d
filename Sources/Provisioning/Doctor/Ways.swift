import Engine
import Guests
import RemoteShell

/// The open connections to a site during its examination.
struct Ways: Sendable {
    /// The connection to the guest, if a run has created one.
    var guest: SSHConnection?
    /// The connection to the node, if the inventory has one.
    var node: SSHShell?

    /// The host from which to check the site's network: the guest if possible, otherwise the node.
    var vantage: (name: String, shell: SSHShell)? {
        guest.map { ("the guest", $0.shell) } ?? node.map { ("the node", $0) }
    }

    static let advice = """
        Give `ssh: node:` in the inventory, to have the node look at the site's network before the guest is there.
        """

    func close() async {
        await guest?.close()
        await node?.close()
    }
}
