/// The port forwards in the gateway's kernel.
struct PortForwardTable: Sendable {
    /// The network behind the gateway. Packets that are addressed to it directly, not to the public address, are not
    /// translated.
    var network = Topology.secondaryNetwork
    var interface = "wan"

    /// Replaces the content of the chain that the network setup creates empty.
    func load(_ forwards: [PortForwardObject]) async throws {
        let orders = forwards.flatMap { rules(for: $0) }.map { "add rule ip pvelab forwards \($0)\n" }
        try await Tool("nft", "-f", "-").inside(.secondary).run(
            input: "flush chain ip pvelab forwards\n" + orders.joined())
    }

    func rules(for forward: PortForwardObject) -> [String] {
        // The lab has one interface to the internet and no address groups.
        guard forward.isEnabled, ["wan", "both", "all"].contains(forward.interface),
            forward.sourceIsLimited != true || forward.sourceLimit != "firewall_group"
        else { return [] }
        let destination = forward.destination ?? "any"
        let place = destination == "any" ? "ip daddr != \(network)" : "ip daddr \(destination)"
        let source = forward.source ?? "any"
        let origin =
            switch source {
            case "any": ""
            case _ where source.hasPrefix("!"): "ip saddr != \(source.dropFirst()) "
            default: "ip saddr \(source) "
            }
        let ports = (forward.port ?? "").split(separator: ",").joined(separator: ", ")
        let target = (forward.addressPort ?? "").wholeMatch(of: /[0-9]+/) == nil ? "" : ":\(forward.addressPort ?? "")"
        return forward.protocols.map { name in
            "iifname \"\(interface)\" \(origin)\(place) \(name) dport { \(ports) } dnat to \(forward.address ?? "")\(target)"
        }
    }
}
