/// The bridge that Proxmox puts between a guest's veth device and its bridge if the device has `firewall=1`. It
/// forwards every frame to the guest, also those of the node itself (PVE::Network, `veth_plug`).
struct FirewallBridge: Sendable {
    /// The guest's id or name.
    let guest: String
    /// The index of the guest's network device.
    let index: Int

    var wire: String { "veth\(guest)i\(index)" }
    private var bridge: String { "fwbr\(guest)i\(index)" }
    private var inner: String { "fwln\(guest)i\(index)" }
    private var outer: String { "fwpr\(guest)p\(index)" }

    /// Returns a script that connects the veth device to a bridge of the node, with or without a firewall bridge in
    /// between. The script does nothing if they are connected already.
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

    /// Returns a script that removes the leftover devices of a deleted guest.
    static func remove(of guest: Int) -> String {
        #"""
        for device in $(ip -br link | sed -n 's/^\(fw\(br\|pr\)GUEST[ip][0-9]*\)[@ ].*/\1/p'); do
            ip link del "$device" 2>/dev/null || true
        done
        """#.replacing("GUEST", with: String(guest))
    }
}
