/// The size of a guest's disk, in whole MiB (PVE::JSONSchema, parse_size and format_size).
struct DiskSize: Sendable, Hashable {
    var mebibytes: Int

    static let standard = DiskSize(mebibytes: 4 << 10)

    var bytes: Int { mebibytes << 20 }

    init(mebibytes: Int) { self.mebibytes = mebibytes }

    /// Reads a size in GiB, such as `4` or `0.5`. Proxmox rounds down to whole MiB.
    init?(gibibytes text: some StringProtocol) {
        guard String(text).wholeMatch(of: /\d+(?:\.\d+)?/) != nil, let number = Double(text) else { return nil }
        self.init(mebibytes: Int(number * 1024))
    }

    /// Reads a size from a configuration, such as `4G`.
    init?(_ text: some StringProtocol) {
        let units: [Character: Double] = ["M": 1, "G": 1024, "T": 1024 * 1024]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()) else { return nil }
        self.init(mebibytes: Int(number * unit))
    }

    /// The size in the format of a configuration.
    var text: String { mebibytes.isMultiple(of: 1024) ? "\(mebibytes / 1024)G" : "\(mebibytes)M" }

    /// Returns what `mkfs.ext4` prints for a disk of this size. The first line comes from Proxmox or the storage.
    func filesystemLines(uuid: String) -> [String] {
        // mke2fs.conf: a filesystem below 512 MiB is "small".
        let isSmall = mebibytes < 512
        let block = isSmall ? 1 << 10 : 4 << 10
        let first = isSmall ? 1 : 0
        let perGroup = block * 8
        let blocks = bytes / block
        let groups = max(1, (blocks - first + perGroup - 1) / perGroup)
        let inodes = bytes / (isSmall ? 4 << 10 : 16 << 10) / groups / 8 * 8 * groups
        let backups = (1..<max(groups, 2)).filter { $0 < groups && Self.hasSuperblock($0) }.map {
            $0 * perGroup + first
        }
        return [
            "Creating filesystem with \(blocks) \(block >> 10)k blocks and \(inodes) inodes",
            "Filesystem UUID: \(uuid)",
        ] + (backups.isEmpty ? [] : ["Superblock backups stored on blocks: "] + Self.wrapped(backups))
    }

    /// Returns whether a block group has a superblock with `sparse_super`: group 1 and the powers of 3, 5 and 7.
    private static func hasSuperblock(_ group: Int) -> Bool {
        group == 1
            || [3, 5, 7].contains { base in
                var power = base
                while power < group { power *= base }
                return power == group
            }
    }

    /// Returns the numbers in lines of 72 columns, wrapped as mke2fs does it.
    private static func wrapped(_ numbers: [Int]) -> [String] {
        var lines: [String] = []
        var left = 0
        for (index, number) in numbers.enumerated() {
            let needed = String(number).count + 2
            if needed > left {
                lines.append("\t")
                left = 72
            }
            left -= needed
            lines[lines.count - 1] += "\(number)" + (index == numbers.count - 1 ? "" : ", ")
        }
        return lines
    }
}
