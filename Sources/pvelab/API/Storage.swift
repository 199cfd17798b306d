/// A storage (PVE::Storage), as far as cloning needs it.
struct Storage: Sendable, Hashable {
    enum Kind: String, Sendable {
        case btrfs, dir, lvmthin
    }

    var name: String
    var kind: Kind
    /// The content types, separated by commas as configured.
    var content: String
    var isEnabled = true
    /// The size in bytes.
    var size = 64 << 30
    /// The used space in bytes.
    var used = 1 << 30

    /// Whether the storage may contain volumes of guests.
    var holdsGuests: Bool { content.split(separator: ",").contains("rootdir") }

    /// Returns whether the storage can create a volume that shares its blocks with another one (volume_has_feature): of
    /// a template, or on btrfs of any guest.
    func supportsLinkedClones(ofTemplate isTemplate: Bool) -> Bool {
        switch kind {
        case .btrfs: true
        case .lvmthin: isTemplate
        case .dir: false
        }
    }

    /// Returns the identifier of a guest's volume.
    func volume(of id: Int, isTemplate: Bool = false, number: Int = 0) -> String {
        let disk = "\(isTemplate ? "base" : "vm")-\(id)-disk-\(number)"
        return kind == .lvmthin ? "\(name):\(disk)" : "\(name):\(id)/\(disk).raw"
    }

    /// The entry in the node's list.
    var summary: [String: JSON] {
        var summary: [String: JSON] = [
            "storage": .text(name), "type": .text(kind.rawValue), "content": .text(content), "shared": 0,
            "enabled": .int(isEnabled ? 1 : 0), "active": .int(isEnabled ? 1 : 0), "total": .int(isEnabled ? size : 0),
            "used": .int(isEnabled ? used : 0), "avail": .int(isEnabled ? size - used : 0),
        ]
        if isEnabled { summary["used_fraction"] = .number(Double(used) / Double(size)) }
        return summary
    }
}
