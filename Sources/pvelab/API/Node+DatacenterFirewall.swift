/// `/cluster/firewall/options` (PVE::API2::Firewall::Cluster): without it no guest's rules have force.
extension Node {
    func datacenterFirewallOptions() -> Answer { Self.answer(datacenterFirewall) }

    func setDatacenterFirewallOptions(_ call: Call) throws -> Answer {
        try datacenterFirewall.change(call)
        return Answer(.null)
    }
}
