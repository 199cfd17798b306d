import Diagnostics

/// Advice for a refusal or a failed task that Proxmox explains only by a text.
public enum RefusalAdvice {
    /// Returns the advice for a text of PVE::API2::LXC, PVE::LXC, PVE::Storage or PVE::Cluster, or nil for an unknown
    /// text.
    public static func advice(for text: String) -> String? { causes.first { $0.text.occurs(in: text) }?.advice(text) }

    private struct Cause: Sendable {
        let text: Pattern
        let advice: @Sendable (String) -> String

        init(_ text: Regex<some Any>, _ advice: @escaping @Sendable (String) -> String) {
            self.text = Pattern(text)
            self.advice = advice
        }

        init(_ text: Regex<some Any>, _ advice: String) { self.init(text) { _ in advice } }
    }

    private static let causes = [
        Cause(/pool '[^']*' does not exist/) { text in
            guard let match = text.firstMatch(of: /pool '([A-Za-z0-9._\/-]+)' does not exist/) else {
                return "Set `pool` in the guest's section to one of `pveum pool list` on the node."
            }
            let commands = commands(creatingPool: String(match.1)).map { "`\($0)`" }.joined(separator: ", then ")
            return """
                Create it on the node, as root: \(commands) (if the pool exists, the command fails without harm); or set \
                `pool` in the guest's section to one of `pveum pool list`.
                """
        },
        Cause(
            /Linked clone feature for .* is not available/,
            "Set `full: true` in the guest's section: the template's storage cannot create linked clones."),
        Cause(
            /parameter 'storage' not allowed for linked clones/,
            "Set `full: true` in the guest's section, or remove `storage`."),
        Cause(
            /full clone of a running container|full clones on a running container/.ignoresCase(),
            "Stop the container that `template` names, or make it a template: `pct template` with its id, on the node."),
        Cause(
            /storage '[^']*' (does not exist|is disabled|is not available|is not online)|content type 'rootdir' is not/,
            "Set `storage` in the guest's section to one of `pvesm status --content rootdir` on the node, or repair that storage."
        ),
        Cause(
            /No space left on device|not enough free space|out of space/.ignoresCase(),
            "Free space on the storage (`pvesm status` on the node), or set `storage` in the guest's section to another one; then run the command again."
        ),
        Cause(
            /bridge '[^']*' does not exist/,
            "Set `network: bridge:` in the guest's section to one of `ip -br link show type bridge` on the node."),
        Cause(
            /^hostname lookup/,
            "Set `proxmox: node:` to a node of that cluster: `pvecm nodes` lists them; on a single node, `hostname` prints its name."
        ),
        Cause(
            /no quorum/,
            "The node's cluster has no quorum and rejects changes: check `pvecm status` on the node. Then run the command again; it continues where it stopped."
        ),
        Cause(
            /only allowed for root@pam|user != root@pam/,
            "Only root@pam itself may do that, not a token: set it in the template as root on the node, and remove it from the inventory."
        ),
        Cause(
            /need proper ticket/,
            "Proxmox accepts no API token for that call: set `login:` instead of `token:` in the inventory."),
    ]

    /// Returns the commands that create a pool after its parent pools. Each command needs the one before.
    public static func commands(creatingPool pool: String) -> [String] {
        let parts = pool.split(separator: "/")
        return parts.indices.map { "pveum pool add " + parts[...$0].joined(separator: "/") }
    }
}
