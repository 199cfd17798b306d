/// A `netN` option: parsed, checked, and written as Proxmox writes it.
struct NetworkOption: Sendable, Equatable {
    var values: [String: String]

    private static let keys: Set<String> = [
        "name", "bridge", "hwaddr", "ip", "gw", "ip6", "gw6", "firewall", "tag", "trunks", "mtu", "rate", "type",
        "link_down", "host-managed",
    ]

    /// - Throws: a 400 about `parameter`.
    init(_ text: String, parameter: String) throws {
        values = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let key = pair[0]
            guard pair.count == 2, Self.keys.contains(key) else {
                throw Self.invalid(
                    parameter,
                    "\(key): property is not defined in schema and the schema does not allow additional properties")
            }
            guard values[key] == nil else {
                throw Failure.parameters([
                    parameter: "invalid format - duplicate key in comma-separated list property: \(key)\n"
                ])
            }
            values[key] = pair[1]
        }
        guard values["name"] != nil else {
            throw Self.invalid(parameter, "name: property is missing and it is not optional")
        }
    }

    private static func invalid(_ parameter: String, _ text: String) -> Failure {
        .parameters([parameter: "invalid format - format error\n\(text)\n"])
    }

    /// A new address where none was given.
    mutating func complete(drawingFrom prefix: String = "BC:24:11") {
        if values["hwaddr"] == nil { values["hwaddr"] = Self.address(prefix) }
        values["hwaddr"] = values["hwaddr"]?.uppercased()
        values["type"] = "veth"
    }

    mutating func renewAddress() {
        values["hwaddr"] = nil
        complete()
    }

    private static func address(_ prefix: String) -> String {
        let bytes = (0..<3).map { _ in UInt8.random(in: .min ... .max) }
        return ([prefix] + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) })
            .joined(separator: ":")
    }

    /// `name` first, the others by name.
    var text: String {
        let name = values["name"].map { ["name=\($0)"] } ?? []
        return (name + values.filter { $0.key != "name" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
            .joined(separator: ",")
    }
}
