/// The changes that Proxmox makes to a guest's files before each start (PVE::LXC::Setup, pre_start_hook).
struct GuestFiles: Sendable {
    var configuration: GuestConfiguration

    var shortName: String {
        configuration.hostname.split(separator: ".").first.map(String.init) ?? configuration.hostname
    }

    var hostname: String { shortName + "\n" }

    /// Returns /etc/hosts with Proxmox's block. The block contains localhost only if the rest of the file does not.
    func hosts(from file: String) -> String {
        let others = PVEBlock.outside(file).map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        func names(_ address: String) -> Bool { others.contains { $0.first == address && $0.contains("localhost") } }
        var lines: [String] = []
        if !names("127.0.0.1") { lines.append("127.0.0.1 localhost.localnet localhost") }
        if !names("::1") { lines.append("::1 localhost.localnet localhost") }
        lines.append("\(ownAddress) \(ownNames)")
        return PVEBlock.put(in: file, content: lines)
    }

    /// Returns /etc/resolv.conf. A file without the block is replaced; the host's servers are the default.
    func resolver(from file: String, host: (nameserver: String, search: String?)) -> String {
        let search = configuration.searchdomain ?? host.search
        let servers = configuration.nameserver ?? host.nameserver
        let lines =
            (search.map { ["search \($0)"] } ?? [])
            + servers.split(whereSeparator: { $0 == " " || $0 == "," }).map { "nameserver \($0)" }
        return PVEBlock.replace(in: file, with: lines) ?? PVEBlock.put(in: "", content: lines)
    }

    /// Returns /etc/network/interfaces. The stanzas of configured interfaces are rewritten, all others kept.
    func interfaces(from file: String) -> String {
        var kept: [String] = []
        var skipping = false
        for line in file.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            if let keyword = words.first, ["auto", "allow-hotplug", "iface", "source", "mapping"].contains(keyword) {
                skipping = words.count > 1 && names.contains(words[1])
            }
            if !skipping { kept.append(line) }
        }
        while kept.last == "" { kept.removeLast() }
        if !kept.contains("auto lo") { kept = ["auto lo", "iface lo inet loopback", ""] + kept }
        return (kept + configuration.networks.flatMap(stanzas)).joined(separator: "\n") + "\n"
    }

    private var names: [String] { configuration.networks.compactMap { $0["name"] } }

    private var ownAddress: String {
        let net0 = configuration.networks.first ?? [:]
        let fixed = [net0["ip"], net0["ip6"]].compactMap { $0 }.first { $0.contains("/") }
        return fixed.map { String($0.prefix { $0 != "/" }) } ?? "127.0.1.1"
    }

    private var ownNames: String {
        let full = configuration.hostname
        if full.contains(".") { return "\(full) \(shortName)" }
        let searched = configuration.searchdomain?.split(separator: " ").map { "\(full).\($0)" } ?? []
        return (searched + [full]).joined(separator: " ")
    }

    private func stanzas(_ network: [String: String]) -> [String] {
        guard let name = network["name"] else { return [] }
        let families = [("inet", network["ip"], network["gw"]), ("inet6", network["ip6"], network["gw6"])]
        return ["", "auto \(name)"]
            + families.enumerated().flatMap { number, family in
                stanza(name, family: family.0, address: family.1, gateway: family.2, isFirst: number == 0)
            }
    }

    private func stanza(
        _ name: String,
        family: String,
        address: String?,
        gateway: String?,
        isFirst: Bool
    ) -> [String] {
        switch address {
        case nil, "manual": isFirst ? ["iface \(name) inet manual"] : []
        case "dhcp": ["iface \(name) \(family) dhcp"]
        case "auto": ["iface \(name) \(family) auto"]
        case .some(let fixed):
            ["iface \(name) \(family) static", "\taddress \(fixed)"] + (gateway.map { ["\tgateway \($0)"] } ?? [])
        }
    }
}
