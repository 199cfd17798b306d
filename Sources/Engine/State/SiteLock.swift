import ConfigurationFiles
public import Foundation
import Resources

#if os(Linux)
    // From linux/fcntl.h. glibc declares them only with _GNU_SOURCE, which Swift's import of it does not define.
    private let F_OFD_GETLK: CInt = 36
    private let F_OFD_SETLK: CInt = 37
#endif

/// A lock that keeps other processes of this machine away from the site.
///
/// The kernel releases it when the process ends, however it ends.
public struct SiteLock: ~Copyable {
    /// The operator and the command that hold the lock.
    public struct Holder: Codable, Sendable, Equatable {
        /// The operator as `user@host`.
        public var who: String
        public var command: String
        public var since: Date

        public init(who: String, command: String, since: Date) {
            self.who = who
            self.command = command
            self.since = since
        }
    }

    /// The site is in use by another run.
    public struct Held: Error, Sendable, Equatable {
        public var site: String
        /// Nil if the holder has not yet written its name.
        public var by: Holder?
        /// When the lease expires, if the holder is on another machine: see ``Lease``.
        public var until: Date?

        package init(site: String, by: Holder? = nil, until: Date? = nil) {
            self.site = site
            self.by = by
            self.until = until
        }
    }

    private let descriptor: Int32

    private init(owning descriptor: Int32) { self.descriptor = descriptor }

    /// Acquires the lock, or throws an error with its holder.
    ///
    /// The descriptor is closed on exec: an ssh master that outlives this process must not keep the lock.
    ///
    /// - Throws: ``Held``, ``StateError``
    public static func acquire(in folder: SiteFolder, site: String, for holder: Holder) throws -> SiteLock {
        let path = folder.lockPath
        let descriptor = try DurableFile.openRegular(path, O_RDWR | O_CREAT)
        var whole = region(F_WRLCK)
        guard fcntl(descriptor, F_OFD_SETLK, &whole) == 0 else {
            let busy = errno == EAGAIN || errno == EACCES
            let reason = String(cString: strerror(errno))
            close(descriptor)
            guard busy else { throw StateError.unwritable(path: path, reason: reason) }
            throw Held(site: site, by: written(in: folder))
        }
        let lock = SiteLock(owning: descriptor)
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        let text = try encoder.encode(holder)
        guard ftruncate(descriptor, 0) == 0,
            text.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, 0) }) > 0
        else { throw StateError.unwritable(path: path, reason: String(cString: strerror(errno))) }
        return lock
    }

    /// Returns the current holder of the lock, or nil if the lock is free. Only tests the lock, so that it never makes
    /// ``acquire(in:site:for:)`` of another process fail.
    public static func holder(in folder: SiteFolder) -> Holder? {
        guard let descriptor = try? DurableFile.openRegular(folder.lockPath, O_RDWR) else { return nil }
        defer { close(descriptor) }
        var whole = region(F_WRLCK)
        guard fcntl(descriptor, F_OFD_GETLK, &whole) == 0, whole.l_type != F_UNLCK else { return nil }
        return written(in: folder)
    }

    /// Returns a lock of the whole file, owned by an open file description (fcntl(2)). Unlike a POSIX lock, it does not
    /// belong to a process; unlike a flock(2) lock, it can be tested.
    private static func region(_ kind: CInt) -> flock {
        var region = flock()
        region.l_type = Int16(kind)
        region.l_whence = Int16(SEEK_SET)
        return region
    }

    /// Returns the recorded holder, or nil if it is not written yet: a holder acquires the lock a moment before it
    /// writes its name.
    private static func written(in folder: SiteFolder) -> Holder? {
        guard let text = FileManager.default.contents(atPath: folder.lockPath) else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(Holder.self, from: text)
    }

    /// Releases the lock explicitly. `close` alone would leave it to a child process between fork and exec.
    deinit {
        var whole = Self.region(F_UNLCK)
        _ = fcntl(descriptor, F_OFD_SETLK, &whole)
        close(descriptor)
    }
}

extension SiteLock.Held: LocalizedError {
    public var errorDescription: String? { "\(site) is locked by \(by?.who ?? "another run")" }
    public var failureReason: String? { by.map { "`\($0.command)`, since \($0.since.formatted(.iso8601))" } }
    public var recoverySuggestion: String? {
        let end = until.map { " If that machine crashed, the lock expires at \($0.formatted(.iso8601))." } ?? ""
        return "Wait until that run ends, or see `mxprovision status \(site)`.\(end)"
    }
}
