/// A `netN` option: parsed, checked, and written as Proxmox writes it.
struct NetworkOption: Sendable, Equatable {
    var values: [String: String]

    /// Parses and checks an option.
    ///
    /// - Throws: A 400 about `parameter`.
    init(_ text: String, parameter: String) throws {
        if let error = PropertyString.network.error(text, name: parameter) {
            throw Failure.parameters([parameter: "invalid format - \(error)"])
        }
        values = (try? PropertyString.network.pairs(of: text)) ?? [:]
    }

    /// Adds a new MAC address if there is none.
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

    /// The option with `name` first, the other keys in alphabetical order.
    var text: String {
        let name = values["name"].map { ["name=\($0)"] } ?? []
        return (name + values.filter { $0.key != "name" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
            .joined(separator: ",")
    }
}
