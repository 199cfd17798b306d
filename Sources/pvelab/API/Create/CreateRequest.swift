/// The parameters of a `POST /nodes/{node}/lxc`.
struct CreateRequest: Sendable {
    var id: Int
    /// A volume, or a path on the node.
    var template: String
    var pool: String?
    var password: String?
    /// The public keys, empty if there are none.
    var publicKeys: String
    var isUnprivileged: Bool
    var starts: Bool
    /// The options of the configuration as the caller gave them, without the root disk.
    var options: [String: String]
    /// The root disk, as `STORAGE:GiB` or an existing volume. The default is 4 GiB on the storage of `storage`.
    private var rootfs: String?
    private var storage: String

    /// Parameters that are not options of the configuration, or that need no privilege of their own.
    private static let others: Set<String> = [
        "vmid", "ostemplate", "pool", "password", "ssh-public-keys", "unprivileged", "start", "storage", "rootfs",
        "bwlimit", "force", "ha-managed", "ignore-unpack-errors", "restore", "unique",
    ]

    init(_ parameters: [String: String], for release: APIServer.Release) throws {
        for key in ["restore", "ha-managed"] where parameters[key] == "1" {
            throw Failure.internalError("`\(key)` is not in the lab's scope")
        }
        if let key = parameters.keys.first(where: { $0.wholeMatch(of: /(?:mp|dev)\d+/) != nil }) {
            throw Failure.internalError("`\(key)` of a new guest is not in the lab's scope")
        }
        id = parameters["vmid"].flatMap { Int($0) } ?? 0
        template = parameters["ostemplate"] ?? ""
        pool = parameters["pool"]
        password = parameters["password"]
        publicKeys = parameters["ssh-public-keys"] ?? ""
        isUnprivileged = parameters["unprivileged"].map { $0 == "1" } ?? (release == .v9_2)
        starts = parameters["start"] == "1"
        storage = parameters["storage"] ?? "local"
        rootfs = parameters["rootfs"]
        options = parameters.filter { !Self.others.contains($0.key) && $0.key.wholeMatch(of: /unused\d+/) == nil }
    }

    /// The keys that need a privilege.
    var configured: [String] { options.keys + (rootfs == nil ? [] : ["rootfs"]) }

    struct Disk: Sendable, Equatable {
        var storage: String
        var size: DiskSize
    }

    /// Returns the root disk.
    ///
    /// - Throws: Proxmox's 500 if the value names no storage.
    func disk() throws -> Disk {
        guard let rootfs else { return Disk(storage: storage, size: .standard) }
        let volume = (try? PropertyString.rootfs.pairs(of: rootfs))?["volume"] ?? rootfs
        if let size = DiskSize(gibibytes: volume) { return Disk(storage: storage, size: size) }
        let parts = volume.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, Format.volume.error(volume) == nil else {
            throw Failure.internalError("unable to parse volume ID '\(volume)'")
        }
        guard let size = DiskSize(gibibytes: parts[1]) else {
            throw Failure.internalError("an existing volume for a new guest is not in the lab's scope")
        }
        return Disk(storage: String(parts[0]), size: size)
    }
}
