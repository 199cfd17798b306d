import Engine
import ProxmoxAPI
import Resources

/// The configuration that the inventory requires for a guest, as options of Proxmox.
package struct GuestSpecification: Sendable, Equatable {
    /// Options of `PUT /nodes/{node}/lxc/{vmid}/config`, without `net0`. An empty text means that the option is unset.
    package var options: [String: String]
    /// The keys of `net0` that the inventory sets. Other keys are kept unchanged. The hardware address is the one in
    /// the guest's notes (``KeptHardwareAddress``), if there is one.
    package var network: [String: String]

    package init(
        options: [String: String],
        network: [String: String]
    ) {
        self.options = options
        self.network = network
    }

    /// What differs in a guest's configuration, as changes to report and as the form to send.
    package struct Difference: Sendable, Equatable {
        var changes: [Change] = []
        package var set: [String: String] = [:]
        package var delete: [String] = []
        package var isEmpty: Bool { changes.isEmpty }
    }

    /// Compares by meaning: tags as sets without case, switches as switches, `net0` key by key.
    package func difference(from observed: [String: String]) -> Difference {
        var difference = Difference()
        for (key, wanted) in options.sorted(by: { $0.key < $1.key }) {
            let before = observed[key]
            guard !Self.same(key, before ?? Self.defaults[key] ?? "", wanted) else { continue }
            difference.changes.append(Change(key, from: before, to: wanted.isEmpty ? nil : wanted))
            if wanted.isEmpty { difference.delete.append(key) } else { difference.set[key] = wanted }
        }
        let device = observed["net0"].flatMap(NetworkDevice.init) ?? NetworkDevice()
        var merged = device
        var network = network
        network["hwaddr"] = observed["description"].flatMap { KeptHardwareAddress(in: $0)?.address }
        for (key, wanted) in network.sorted(by: { $0.key < $1.key }) {
            let before = device[key]
            guard !Self.same(key, before ?? "", wanted) else { continue }
            difference.changes.append(Change("net0 \(key)", from: before, to: wanted.isEmpty ? nil : wanted))
            merged[key] = wanted.isEmpty ? nil : wanted
        }
        if merged != device { difference.set["net0"] = merged.description }
        return difference
    }

    /// The values that Proxmox uses for absent options (proxmox-api: schema defaults of the LXC config).
    private static let defaults = ["onboot": "0", "protection": "0", "memory": "512", "swap": "512"]

    private static func same(_ key: String, _ one: String, _ other: String) -> Bool {
        switch key {
        case "tags", "nameserver": words(one) == words(other)
        case "searchdomain": list(one) == list(other)
        case "description": OwnershipMarker(in: one) == OwnershipMarker(in: other)
        case "hostname", "hwaddr": one.lowercased() == other.lowercased()
        case "features": Set(one.split(separator: ",")) == Set(other.split(separator: ","))
        default: one == other
        }
    }

    private static func words(_ text: String) -> Set<String> { Set(list(text)) }

    private static func list(_ text: String) -> [String] { text.split { ";, ".contains($0) }.map { $0.lowercased() } }
}
