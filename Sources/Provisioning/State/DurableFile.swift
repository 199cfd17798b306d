import Foundation

/// Writes that survive a power cut.
enum DurableFile {
    /// Writes beside the file, syncs, renames over it, syncs the folder.
    static func replace(_ path: String, with data: Data) throws {
        let fresh = path + ".new"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(fresh) }
        do {
            defer { close(descriptor) }
            try write(data, to: descriptor, path: fresh)
            guard fsync(descriptor) == 0 else { throw failure(fresh) }
        }
        try rename(fresh, to: path)
    }

    /// Gives a synced file its name.
    static func rename(_ fresh: String, to path: String) throws {
        guard Foundation.rename(fresh, path) == 0 else { throw failure(path) }
        try syncFolder(of: path)
    }

    /// Appends one whole record and syncs it.
    static func append(_ data: Data, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        try write(data, to: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    /// Removes a file that may not be there.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure(path) }
        try syncFolder(of: path)
    }

    private static func syncFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder) }
    }

    private static func write(_ data: Data, to descriptor: Int32, path: String) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ path: String) -> StateError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}
