public import Foundation

#if os(Linux)
    // Of linux/fcntl.h; glibc shows them to GNU sources only, which Swift's import of it is not.
    private let F_OFD_GETLK: CInt = 36
    private let F_OFD_SETLK: CInt = 37
#endif

/// Held while one operator works on a site.
///
/// The kernel lets go of it when the process ends, however it ends. It keeps operators of one machine apart.
public struct SiteLock: ~Copyable {
    /// Who works on the site.
    public struct Holder: Codable, Sendable, Equatable {
        /// `user@host`
        public var who: String
        public var command: String
        public var since: Date

        public init(who: String, command: String, since: Date) {
            self.who = who
            self.command = command
            self.since = since
        }
    }

    /// Somebody else works on the site.
    public struct Held: Error, Sendable, Equatable {
        public var site: String
        /// Nil where the holder has not yet written who it is.
        public var by: Holder?
        /// Until when the holder is to be believed, if it is on another machine: see ``Lease``.
        public var until: Date?
    }

    private let descriptor: Int32

    private init(owning descriptor: Int32) { self.descriptor = descriptor }

    /// Takes the lock, or tells who has it.
    ///
    /// The descriptor is closed on exec: an ssh master that outlives us must not hold the site.
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

    /// Who holds the lock right now; nil where nobody does. Only asks, so that nobody's ``acquire(in:site:for:)`` fails
    /// for it.
    public static func holder(in folder: SiteFolder) -> Holder? {
        guard let descriptor = try? DurableFile.openRegular(folder.lockPath, O_RDWR) else { return nil }
        defer { close(descriptor) }
        var whole = region(F_WRLCK)
        guard fcntl(descriptor, F_OFD_GETLK, &whole) == 0, whole.l_type != F_UNLCK else { return nil }
        return written(in: folder)
    }

    /// The whole file, as a lock of an open file description (fcntl(2)): it belongs to no process, as those of POSIX do,
    /// and can be asked after, as those of flock(2) cannot.
    private static func region(_ kind: CInt) -> flock {
        var region = flock()
        region.l_type = Int16(kind)
        region.l_whence = Int16(SEEK_SET)
        return region
    }

    /// The holder has the lock a moment before it has written who it is, so there may be nothing to read yet.
    private static func written(in folder: SiteFolder) -> Holder? {
        guard let text = FileManager.default.contents(atPath: folder.lockPath) else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(Holder.self, from: text)
    }

    /// `close` alone would leave the lock to a child between fork and exec.
    deinit {
        var whole = Self.region(F_UNLCK)
        _ = fcntl(descriptor, F_OFD_SETLK, &whole)
        close(descriptor)
    }
}

extension SiteLock.Held: LocalizedError {
    public var errorDescription: String? { "\(site) is being worked on\(by.map { " by \($0.who)" } ?? "")" }
    public var failureReason: String? { by.map { "`\($0.command)`, since \($0.since.formatted(.iso8601))" } }
    public var recoverySuggestion: String? {
        let end = until.map { "; if that machine has died, the site is free from \($0.formatted(.iso8601)) on" } ?? ""
        return "Wait for its end, or see `mxprovision status \(site)`\(end)."
    }
}
