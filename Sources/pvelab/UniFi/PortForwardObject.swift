/// An object of `…/rest/portforward` with the fields that the console stores. The console ignores other fields.
struct PortForwardObject: Sendable, Codable, Equatable {
    var id: String?
    var siteID: String?
    var name: String?
    var enabled: Bool?
    var interface: String?
    var source: String?
    var sourceIsLimited: Bool?
    var sourceLimit: String?
    var sourceGroup: String?
    var destination: String?
    var port: String?
    var address: String?
    var addressPort: String?
    var transport: String?
    var log: Bool?

    enum CodingKeys: String, CodingKey {
        case name, enabled, log
        case id = "_id"
        case siteID = "site_id"
        case interface = "pfwd_interface"
        case source = "src"
        case sourceIsLimited = "src_limiting_enabled"
        case sourceLimit = "src_limiting_type"
        case sourceGroup = "src_firewall_group_id"
        case destination = "destination_ip"
        case port = "dst_port"
        case address = "fwd"
        case addressPort = "fwd_port"
        case transport = "proto"
    }

    /// Returns the object after a PUT. Missing fields keep their values.
    func merged(with change: PortForwardObject) -> PortForwardObject {
        PortForwardObject(
            id: id,
            siteID: siteID,
            name: change.name ?? name,
            enabled: change.enabled ?? enabled,
            interface: change.interface ?? interface,
            source: change.source ?? source,
            sourceIsLimited: change.sourceIsLimited ?? sourceIsLimited,
            sourceLimit: change.sourceLimit ?? sourceLimit,
            sourceGroup: change.sourceGroup ?? sourceGroup,
            destination: change.destination ?? destination,
            port: change.port ?? port,
            address: change.address ?? address,
            addressPort: change.addressPort ?? addressPort,
            transport: change.transport ?? transport,
            log: change.log ?? log
        )
    }

    /// The values of fields that a POST omits.
    static let defaults = PortForwardObject(
        enabled: false, interface: "wan", source: "any", sourceIsLimited: false, destination: "any",
        transport: "tcp_udp",
        log: false)

    /// Returns a port forward as an administrator would have created it: a TCP port of the public address that leads to
    /// the backup MX.
    static func byHand(_ name: String, port: Int) -> PortForwardObject {
        defaults.merged(
            with: PortForwardObject(
                name: name, enabled: true, port: String(port), address: Topology.backupMail, addressPort: String(port),
                transport: "tcp"))
    }

    /// The initial port forwards of the lab's gateway.
    static let madeByHand = [
        byHand("mail to the backup", port: 25), byHand("certificates of the backup", port: 80),
    ]
}

extension PortForwardObject {
    var isEnabled: Bool { enabled == true }
    var protocols: [String] { transport == "tcp_udp" ? ["tcp", "udp"] : [transport ?? "tcp"] }
    var ports: [ClosedRange<Int>] { Self.ranges(port ?? "") ?? [] }

    /// Returns whether both forwards match the same packet.
    func overlaps(_ other: PortForwardObject) -> Bool {
        func both(_ one: String?, _ two: String?, any: [String]) -> Bool {
            one == two || any.contains(one ?? "") || any.contains(two ?? "")
        }
        return isEnabled && other.isEnabled && both(interface, other.interface, any: ["both", "all"])
            && both(destination, other.destination, any: ["any"])
            && !Set(protocols).isDisjoint(with: other.protocols)
            && ports.contains { port in other.ports.contains { $0.overlaps(port) } }
    }

    /// The first field with a value that the console rejects, or nil if all are valid.
    var misfit: CodingKeys? {
        let ip = { (text: String) in Self.isAddress(text) }
        if !(1...128).contains(name?.count ?? 0) { return .name }
        if (interface ?? "").wholeMatch(of: /wan[2-9]?|both|all/) == nil { return .interface }
        if !["tcp", "udp", "tcp_udp"].contains(transport) { return .transport }
        if destination != "any", !ip(destination ?? "") { return .destination }
        if !ip(address ?? "") { return .address }
        if Self.ranges(port ?? "") == nil { return .port }
        if Self.ranges(addressPort ?? "") == nil { return .addressPort }
        let source = (source ?? "").trimmingPrefix("!")
        let ends = source.split(separator: source.contains("-") ? "-" : "/", omittingEmptySubsequences: false)
        guard source == "any" || ends.first.map({ ip(String($0)) }) == true else { return .source }
        return nil
    }

    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { $0.wholeMatch(of: /0|[1-9][0-9]{0,2}/) != nil && (Int($0) ?? 256) < 256 }
    }

    /// Parses port ranges, such as `25`, `20-30` or `25,80-90`, up to fifteen of them.
    static func ranges(_ text: String) -> [ClosedRange<Int>]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let ranges = parts.compactMap { part -> ClosedRange<Int>? in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
            guard let first = ends.first, let last = ends.last, ends.count <= 2, 1...65535 ~= first, 1...65535 ~= last,
                first <= last
            else { return nil }
            return first...last
        }
        return ranges.count == parts.count && parts.count <= 15 ? ranges : nil
    }
}
