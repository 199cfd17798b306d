/// `/cluster/firewall/options` (PVE::API2::Firewall::Cluster). If it is disabled, no guest's rules apply.
extension Node {
    func datacenterFirewallOptions() -> Answer { Self.answer(datacenterFirewall) }

    func setDatacenterFirewallOptions(_ call: Call) throws -> Answer {
        try datacenterFirewall.change(call)
        return Answer(.null)
    }
}
