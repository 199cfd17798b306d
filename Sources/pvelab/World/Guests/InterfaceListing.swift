import Foundation

/// The part of `ip --json addr` that the lab uses.
struct InterfaceListing: Decodable {
    private var ifname: String
    private var address: String?
    private var addr_info: [Entry]

    private struct Entry: Decodable {
        var family: String
        var local: String?
        var prefixlen: Int
    }

    static func read(_ json: String) throws -> [GuestInterface] {
        try JSONDecoder().decode([InterfaceListing].self, from: Data(json.utf8)).map { listed in
            GuestInterface(
                name: listed.ifname,
                hwaddr: listed.address ?? "00:00:00:00:00:00",
                addresses: listed.addr_info.compactMap { entry in
                    guard let local = entry.local else { return nil }
                    return .init(address: local, prefix: entry.prefixlen, isIPv6: entry.family == "inet6")
                }
            )
        }
    }
}
