package import ConfigurationFiles
import Engine
import Guests

extension Parameters {
    /// Records values that two sites must not share.
    package mutating func noteClashes(among sites: [Site]) {
        var taken: [Claim: Site] = [:]
        for site in sites {
            for claim in claims(of: site) {
                if let other = taken[claim] {
                    note(
                        site.line,
                        "site `\(site.name)`: \(claim.phrase) is already used by site `\(other.name)` at line \(other.line)"
                    )
                } else {
                    taken[claim] = site
                }
            }
        }
    }

    /// Returns the values that must be unique. Two networks may both be 192.168.1.0/24, so addresses clash only if they
    /// are reached over the same path.
    private func claims(of site: Site) -> [Claim] {
        let way = [site.ssh.via.rawValue, site.ssh.jump ?? "", site.ssh.via == .node ? site.proxmox.host : ""]
        return [
            Claim(phrase: "the name `\(site.name.lowercased())` (ignoring case)", scope: ""),
            site.guest.vmid.map { Claim(phrase: "the vmid \($0) on `\(site.proxmox.host)`", scope: "") },
            Claim(phrase: "the hostname `\(site.guest.hostname)`", scope: ""),
            site.address.map { Claim(phrase: "the address \($0)", scope: way.joined(separator: " ")) },
        ].compactMap(\.self)
    }
}

/// A value that only one site may have. `phrase` describes it; it must be unique within `scope`.
private struct Claim: Hashable {
    let phrase: String
    let scope: String
}
