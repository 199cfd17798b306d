import RemoteShell

/// The ways into a site that are open while it is looked at.
struct Ways: Sendable {
    /// Into the guest, where a run has left one.
    var guest: SSHConnection?
    /// Into the node, where the inventory gives one.
    var node: SSHShell?

    /// From where the site's network is seen best.
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
