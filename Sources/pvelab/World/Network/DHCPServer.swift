/// The DHCP server of the secondary site.
struct DHCPServer: Sendable {
    let folder: LabFolder

    private var configuration: String {
        """
        start \(Topology.dhcpRange.first)
        end \(Topology.dhcpRange.last)
        max_leases 20
        interface vmbr0
        lease_file \(folder("dhcp.leases"))
        pidfile \(folder("dhcp.pid"))
        option subnet 255.255.255.0
        option router \(Topology.nodeAddress)
        option dns \(Topology.nodeResolver)
        option lease 3600

        """
    }

    func start() async throws {
        try LabFolder.write(configuration, to: folder("dhcp.conf"))
        try LabFolder.write("", to: folder("dhcp.leases"))
        try await Tool("busybox", "udhcpd", "-f", folder("dhcp.conf"))
            .inside(.secondary).detach(log: folder.log("dhcp"))
    }

    /// Installs a DHCP client. Proxmox's own templates have one, the lab's images do not. The client is this machine's
    /// busybox, which must be static; ifupdown calls it as `udhcpc`.
    static func addClient(to files: RootFilesystem) async throws {
        let script = #"cp "$(command -v busybox)" "$0/usr/sbin/udhcpc" && mkdir -p "$0/etc/udhcpc""#
        try await Tool("sh", "-euc", script, files.root).run()
        try LabFolder.write(client, to: files.root + "/etc/udhcpc/default.script", mode: 0o755)
    }

    private static let client = """
        #!/bin/sh
        case $1 in
        deconfig) ip -4 addr flush dev "$interface" && ip link set "$interface" up ;;
        bound | renew)
            ip -4 addr replace "$ip/$mask" dev "$interface"
            [ -z "$router" ] || ip -4 route replace default via "${router%% *}" dev "$interface"
            ;;
        esac

        """
}
