import Foundation

/// An archive of a whole system in a storage's folder `template/cache`, from which guests are created.
struct OSTemplate: Sendable, Hashable {
    var storage: String
    /// The archive's file name.
    var file: String
    /// The size of the archive in bytes.
    var size: Int
    /// The creation time in seconds since 1970.
    var created = 1_795_000_000

    static let debian12 = OSTemplate(
        storage: "local", file: "debian-12-standard_12.12-1_amd64.tar.zst", size: 124_829_696)
    static let debian13 = OSTemplate(
        storage: "local", file: "debian-13-standard_13.1-2_amd64.tar.zst", size: 129_710_398)

    var volume: String { "\(storage):vztmpl/\(file)" }

    /// The path of the archive on the node. The folder of the storage `local` has another name than the storage.
    var path: String { "/var/lib/\(storage == "local" ? "vz" : storage)/template/cache/\(file)" }

    /// The entry of `GET …/content`.
    var json: JSON {
        [
            "volid": .text(volume), "content": "vztmpl", "format": "tzst", "size": .int(size), "ctime": .int(created),
        ]
    }
}
