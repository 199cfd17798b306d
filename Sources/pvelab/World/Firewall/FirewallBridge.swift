/// What Proxmox puts between a guest's wire and its bridge where the wire has `firewall=1`: a bridge of its own, so that
/// every frame to the guest is forwarded there, also those of the node itself (PVE::Network, `veth_plug`).
struct FirewallBridge: Sendable {
    /// The guest's id, or name.
    let guest: String
    /// Of the guest's network device.
    let index: Int

    var wire: String { "veth\(guest)i\(index)" }
    private var bridge: String { "fwbr\(guest)i\(index)" }
    private var inner: String { "fwln\(guest)i\(index)" }
    private var outer: String { "fwpr\(guest)p\(index)" }

    /// Joins the wire to a bridge of the node, with or without a firewall between; does nothing where it has.
    func plug(into nodeBridge: String, isFirewalled: Bool) -> String {
        let target = isFirewalled ? bridge : nodeBridge
        return """
            if ip -o link show \(wire) | grep -q 'master \(target) '; then exit 0; fi
            ip link del \(outer) 2>/dev/null || true
            ip link del \(bridge) 2>/dev/null || true
            """ + (isFirewalled ? "\n\(make(before: nodeBridge))" : "") + "\nip link set \(wire) master \(target) up\n"
    }

    private func make(before nodeBridge: String) -> String {
        """
        ip link add \(bridge) type bridge
        ip link set \(bridge) up
        ip link add \(outer) type veth peer name \(inner)
        ip link set \(inner) master \(bridge) up
        ip link set \(outer) master \(nodeBridge) up
        """
    }

    /// Takes away what the wires of a guest that is gone have left.
    static func remove(of guest: Int) -> String {
        #"""
        for device in $(ip -br link | sed -n 's/^\(fw\(br\|pr\)GUEST[ip][0-9]*\)[@ ].*/\1/p'); do
            ip link del "$device" 2>/dev/null || true
        done
        """#.replacing("GUEST", with: String(guest))
    }
}
