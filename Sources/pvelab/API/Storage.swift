/// Where volumes lie (PVE::Storage), as far as a clone asks it.
struct Storage: Sendable, Hashable {
    enum Kind: String, Sendable {
        case btrfs, dir, lvmthin
    }

    var name: String
    var kind: Kind
    /// Comma-separated, as configured.
    var content: String
    var isEnabled = true
    /// Bytes
    var size = 64 << 30
    /// Bytes
    var used = 1 << 30

    /// Whether guests' volumes may lie here.
    var holdsGuests: Bool { content.split(separator: ",").contains("rootdir") }

    /// Whether a volume can be made that shares its blocks with another (volume_has_feature): of a template, or on
    /// btrfs of any guest.
    func supportsLinkedClones(ofTemplate isTemplate: Bool) -> Bool {
        switch kind {
        case .btrfs: true
        case .lvmthin: isTemplate
        case .dir: false
        }
    }

    /// The identifier of a guest's first volume.
    func volume(of id: Int, isTemplate: Bool = false) -> String {
        let disk = "\(isTemplate ? "base" : "vm")-\(id)-disk-0"
        return kind == .lvmthin ? "\(name):\(disk)" : "\(name):\(id)/\(disk).raw"
    }

    /// As the node lists it.
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
