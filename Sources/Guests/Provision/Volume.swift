/// A volume of a container: `rootfs` or `mpN`.
package struct Volume: Sendable, Equatable {
    package var storage: String
    /// The size in bytes; 0 if the configuration has none.
    package var size: Int

    package init(storage: String, size: Int) {
        self.storage = storage
        self.size = size
    }

    /// Returns the volumes of a configuration. Bind mounts and devices are not volumes.
    package static func all(in options: [String: String]) -> [Volume] {
        options.filter { $0.key.wholeMatch(of: /rootfs|mp\d+/) != nil }.sorted { $0.key < $1.key }
            .compactMap { Volume($0.value) }
    }

    /// Reads `local-lvm:base-100-disk-0,size=4G` (PVE::JSONSchema, disk-size).
    package init?(_ text: String) {
        guard let storage = text.prefixMatch(of: /(?:volume=)?([A-Za-z][A-Za-z0-9._-]*):/) else { return nil }
        self.storage = String(storage.1)
        guard let match = text.firstMatch(of: /,size=(\d+(?:\.\d+)?)([KMGT]?)/), let number = Double(match.1) else {
            size = 0
            return
        }
        let powers: [Substring: Double] = ["": 1, "K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
        size = Int(exactly: (number * (powers[match.2] ?? 1)).rounded()) ?? 0
    }
}
