package import ConfigurationFiles
import Engine
package import Guests
package import ProxmoxAPI
import RemoteShell
import Resources

extension Doctor {
    func lookAtNetwork(_ guest: GuestLookup?, _ release: Release?, through connections: SiteConnections)
        async throws
        -> [VerifiedCheck]
    {
        var checks: [VerifiedCheck] = []
        if let release { checks.append(try await bridge(release)) }
        guard let address = site.guest.network.staticAddress else {
            return checks + [VerifiedCheck(name: "address", verdict: .pass, evidence: "assigned by the network")]
        }
        checks.append(try await availability(of: address, guest, release, connections))
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
                ? check(.warn, "SDN network; its permissions are not checked")
                : check(.pass, "exists on \(try order.node)")
        }
        // Bridges that we may not use are not listed, so check for a missing privilege first.
        let path = "/sdn/zones/localnetwork/\(name)" + (site.guest.network.vlan.map { "/\($0)" } ?? "")
        let granted = try await GrantedRights.ask(client, on: [path])
        let known = listed.map(\.name).sorted().joined(separator: ", ")
        let others = known.isEmpty ? "" : "; visible: \(known)"
        if release >= Release(8, 0), !["SDN.Use", "SDN.Audit"].contains(where: { granted.has($0, on: path) }) {
            return check(.warn, "skipped: requires SDN.Use on \(path)\(others)")
        }
        return check(
            .fail, "does not exist on \(try order.node)\(others)",
            "Set `network: bridge:` in the guest's section to a bridge from `ip -br link show type bridge` on the node."
        )
    }

    private func availability(
        of address: IPAddress, _ guest: GuestLookup?, _ release: Release?, _ connections: SiteConnections
    ) async throws -> VerifiedCheck {
        func check(_ verdict: VerifiedCheck.Verdict, _ evidence: String, _ advice: String? = nil) -> VerifiedCheck {
            VerifiedCheck(name: "address \(address)", verdict: verdict, evidence: evidence, advice: advice)
        }
        let asksInterfaces = release.map { $0 >= Self.interfaces } ?? false
        if case .ours(let found)? = guest, found.view.isRunning,
            try await host.has(found, address, on: found.view.devices, asksInterfaces: asksInterfaces)
        {
            return check(.pass, "used by guest \(found.id) of this site, which is running")
        }
        let advice = "Set another `network: address:` for the guest, or find the host that uses this one."
        if release != nil,
            let other = try await host.holder(
                of: address, in: site.specification.segment, on: order.node, except: guest?.id,
                asksInterfaces: asksInterfaces)
        {
            let name = other.view.options["hostname"].map { " (\($0))" } ?? ""
            let evidence = "used by guest \(other.id)\(name) on \(other.node), which is "
            return other.view.isRunning
                ? check(.fail, evidence + "running", advice) : check(.warn, evidence + "stopped", advice)
        }
        let answer = try await (connections.node as (any Shell)? ?? local).run(
            AddressConflict.question(address.description))
        if let sign = AddressConflict.sign(in: answer.text) {
            // If we cannot see the guest, the host that answers may be the guest itself.
            if !(guest?.isSeen ?? false), try folder.state().guest?.address == address.description {
                return check(.pass, "used by the site's own guest since the last run: \(sign)")
            }
            return check(.fail, "already in use: \(sign)", advice)
        }
        return connections.node != nil
            ? check(.pass, "not in use: no answer to the node")
            : check(
                .warn, "no answer to this machine; the guest's own network was not checked",
                SiteConnections.advice)
    }
}

extension GuestLocator {
    /// Returns the guest on a node that has an address in a network, among the guests that the caller can see. A
    /// running guest takes precedence over a stopped one.
    package func holder(
        of address: IPAddress, in network: NetworkSegment?, on node: NodeName, except own: GuestID?,
        asksInterfaces: Bool
    ) async throws -> LocatedGuest? {
        var stopped: LocatedGuest?
        for place in try await candidates(named: nil) where place.node == node && place.id != own {
            guard let other = try await visibleGuest(place.id, on: place.node) else { continue }
            let devices = other.view.devices.filter { $0.network == network }
            guard try await has(other, address, on: devices, asksInterfaces: asksInterfaces) else { continue }
            if other.view.isRunning { return other }
            stopped = stopped ?? other
        }
        return stopped
    }

    /// Whether a guest has an address on one of these network devices: in its configuration, or, if the configuration
    /// leaves a device's address to the network, according to the running guest.
    package func has(
        _ guest: LocatedGuest, _ address: IPAddress, on devices: [NetworkDevice], asksInterfaces: Bool
    ) async throws -> Bool {
        if devices.contains(where: { $0.addresses.contains(address) }) { return true }
        let open = Set(devices.filter(\.isOpen).compactMap(\.name))
        guard asksInterfaces, guest.view.isRunning, !open.isEmpty else { return false }
        return try await shownInterfaces(of: guest)
            .contains { shown in
                open.contains(shown.name) && shown.addresses.contains { IPAddress($0.address) == address }
            }
    }

    /// Returns the interfaces of a running guest; none if it was stopped or deleted since.
    private func shownInterfaces(of guest: LocatedGuest) async throws -> [NetworkInterface] {
        do { return try await client(.interfaces(of: guest.id, on: guest.node)).all } catch let error as APIError {
            switch error {
            case .forbidden, .missing: return []
            default: throw error
            }
        }
    }
}
