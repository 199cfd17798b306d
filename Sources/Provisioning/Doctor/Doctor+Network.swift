import ProxmoxAPI
import RemoteShell

extension Doctor {
    func lookAtNetwork(_ guest: GuestSight?, _ release: Release?, through ways: Ways) async throws -> [VerifiedCheck] {
        var checks: [VerifiedCheck] = []
        if let release { checks.append(try await bridge(release)) }
        guard let address = site.guest.network.staticAddress else {
            return checks + [VerifiedCheck(name: "address", verdict: .pass, evidence: "the network gives one")]
        }
        checks.append(try await availability(of: address, guest, ways))
        return checks
    }

    private func bridge(_ release: Release) async throws -> VerifiedCheck {
        let name = site.guest.network.bridge
        let listed = try await client(.bridges(on: order.node))
        func check(_ verdict: VerifiedCheck.Verdict, _ evidence: String, _ advice: String? = nil) -> VerifiedCheck {
            VerifiedCheck(name: "bridge \(name)", verdict: verdict, evidence: evidence, advice: advice)
        }
        if let bridge = listed.first(where: { $0.name == name }) {
            return bridge.type == "vnet"
                ? check(.warn, "of the software-defined network, whose rights are not looked at")
                : check(.pass, "on \(try order.node)")
        }
        // What may not be used is not listed; a privilege that is missing is told in its place.
        let path = "/sdn/zones/localnetwork/\(name)" + (site.guest.network.vlan.map { "/\($0)" } ?? "")
        let granted = try await GrantedRights.ask(client, on: [path])
        let known = listed.map(\.name).sorted().joined(separator: ", ")
        let others = known.isEmpty ? "" : "; we see \(known)"
        if release >= Release(8, 0), !["SDN.Use", "SDN.Audit"].contains(where: { granted.has($0, on: path) }) {
            return check(.warn, "not looked at: that takes SDN.Use on \(path)\(others)")
        }
        return check(
            .fail, "there is none on \(try order.node)\(others)",
            "Set `network: bridge:` in the guest's section to one of `ip -br link show type bridge` on the node.")
    }

    private func availability(of address: IPAddress, _ guest: GuestSight?, _ ways: Ways) async throws -> VerifiedCheck {
        func check(_ verdict: VerifiedCheck.Verdict, _ evidence: String, _ advice: String? = nil) -> VerifiedCheck {
            VerifiedCheck(name: "address \(address)", verdict: verdict, evidence: evidence, advice: advice)
        }
        if case .ours(let found)? = guest, found.view.isRunning {
            return check(.pass, "guest \(found.id) runs, and has it by its configuration")
        }
        let answer = try await (ways.node as (any Shell)? ?? local).run(Neighbour.question(address.description))
        if let sign = Neighbour.sign(in: answer.text) {
            return check(
                .fail, "somebody has it: \(sign)",
                "Give the guest another `network: address:`, or see who has this one.")
        }
        return ways.node != nil
            ? check(.pass, "nobody answers the node at it")
            : check(
                .warn, "nobody answers this machine at it; the guest's own network was not asked",
                Ways.advice)
    }
}
