import ConfigurationFiles
import Diagnostics
package import Foundation

/// File operations that survive a power failure.
package enum DurableFile {
    /// Replaces a file: writes a new file beside it, syncs it, renames it over the old one, and syncs the folder.
    package static func replace(_ path: String, with data: Data) throws {
        let fresh = half(of: path)
        let descriptor = try openRegular(fresh, O_WRONLY | O_CREAT | O_TRUNC)
        do {
            defer { close(descriptor) }
            try write(data, to: descriptor, path: fresh)
            guard fsync(descriptor) == 0 else { throw failure(fresh) }
        }
        try rename(fresh, to: path)
    }

    /// Removes the incomplete file of a writer that was killed. No other process may be writing it.
    package static func removeHalf(of path: String) { unlink(half(of: path)) }

    private static func half(of path: String) -> String { path + ".new" }

    /// Renames a synced file.
    package static func rename(_ fresh: String, to path: String) throws {
        guard Foundation.rename(fresh, path) == 0 else { throw failure(path) }
        try syncFolder(of: path)
    }

    /// Appends one complete line and syncs it. An incomplete line of an earlier writer is removed first, because the
    /// new line would be appended to it.
    package static func append(line: Data, to path: String) throws {
        let isNew = access(path, F_OK) != 0
        let descriptor = try openRegular(path, O_RDWR | O_CREAT | O_APPEND)
        defer { close(descriptor) }
        try cutUnendedLine(of: descriptor, path: path)
        try write(line + Data("\n".utf8), to: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw failure(path) }
        if isNew { try syncFolder(of: path) }
    }

    /// Opens a regular file of this user. Follows no symbolic link, because another user could have created it.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``, ``StateError/untrusted(path:reason:advice:)``
    static func openRegular(_ path: String, _ flags: CInt) throws -> CInt {
        // Without O_NONBLOCK, opening a pipe would block until its other end is opened.
        let descriptor = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == ELOOP else { throw failure(path) }
            throw StateError.untrusted(
                path: path, reason: "it is a symbolic link", advice: "rm \(CommandWord.quoted(path))")
        }
        var seen = stat()
        guard fstat(descriptor, &seen) == 0, seen.st_mode & S_IFMT == S_IFREG, seen.st_uid == geteuid() else {
            close(descriptor)
            throw StateError.untrusted(
                path: path, reason: "it is not a regular file of this user", advice: "rm \(CommandWord.quoted(path))")
        }
        return descriptor
    }

    private static func cutUnendedLine(of descriptor: Int32, path: String) throws {
        let whole = lseek(descriptor, 0, SEEK_END)
        var end = whole
        var byte: UInt8 = 0
        while end > 0, pread(descriptor, &byte, 1, end - 1) == 1, byte != UInt8(ascii: "\n") { end -= 1 }
        guard end == whole || ftruncate(descriptor, end) == 0 else { throw failure(path) }
    }

    /// Removes a file if it exists.
    package static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure(path) }
        try syncFolder(of: path)
    }

    /// Creates a folder (mode 0700), and those above it, if they are missing.
    static func makeFolder(_ path: String) throws {
        guard !path.isEmpty, access(path, F_OK) != 0 else { return }
        try makeFolder((path as NSString).deletingLastPathComponent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
        try syncFolder(of: path)
    }

    private static func syncFolder(of path: String) throws {
        let parent = (path as NSString).deletingLastPathComponent
        let folder = parent.isEmpty ? "." : parent
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
