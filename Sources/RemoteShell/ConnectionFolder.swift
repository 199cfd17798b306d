import Foundation
import Synchronization

/// The folder of one ssh connection, readable only by this user. It contains ssh's configuration, and the control
/// socket unless later runs use the connection too.
///
/// This process locks the folder as long as it uses it, so that a folder that a killed process has left is recognized
/// by its free lock.
final class ConnectionFolder: Sendable {
    let path: String

    /// The path of the file that ``SSHConfiguration`` describes.
    var configuration: String { "\(path)/config" }

    /// The control socket of a connection that ends with this process. The name is short because a socket's path may
    /// have 108 bytes, and ssh creates it under a name that is 17 bytes longer.
    var socket: ControlSocket { ControlSocket(folder: path, name: "ssh", isKept: false) }

    /// Creates and locks the folder, and writes ssh's configuration.
    ///
    /// - Throws: ``ShellError/failed(host:reason:)`` if it cannot be created.
    init(for destination: SSHDestination, in parent: String = parent) throws {
        Self.removeAbandonedOnce()
        func fail(_ code: CInt) -> ShellError {
            .failed(
                host: destination.host,
                reason: "cannot create a folder for the connection in \(parent): \(String(cString: strerror(code)))")
        }
        var made: (path: String, lock: CInt)?
        // Another process may remove the folder as abandoned before it is locked.
        for _ in 1...5 where made == nil { made = try Self.lockedFolder(in: parent, fail) }
        guard let made else { throw fail(EBUSY) }
        path = made.path
        do {
            try Data(SSHConfiguration(for: destination).text.utf8).write(to: URL(filePath: configuration))
        } catch {
            try? FileManager.default.removeItem(atPath: made.path)
            close(made.lock)
            throw ShellError.failed(
                host: destination.host, reason: "cannot write \(made.path)/config: \(error.localizedDescription)")
        }
        let isOver = Self.state.withLock { state in
            state.locks[made.path] = made.lock
            return state.isOver
        }
        if isOver { Self.removeFiles(in: path) }
    }

    /// The parent of the folders. `TMPDIR` is too long on some systems.
    static let parent = "/tmp"

    /// Creates a folder and locks it.
    ///
    /// - Returns: nil if another process removed it before it was locked.
    private static func lockedFolder(
        in parent: String, _ fail: (CInt) -> ShellError
    ) throws -> (path: String, lock: CInt)? {
        var template = Array("\(parent)/mxp-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw fail(errno) }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let lock = Foundation.open("\(path)/lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            let reason = errno
            rmdir(path)
            if reason == ENOENT { return nil }
            throw fail(reason)
        }
        var seen = stat()
        guard flock(lock, LOCK_EX | LOCK_NB) == 0, fstat(lock, &seen) == 0, seen.st_nlink > 0 else {
            Foundation.close(lock)
            return nil
        }
        return (path, lock)
    }

    private struct State {
        /// The folders of this process that still exist, each with the descriptor that holds its lock.
        var locks: [String: CInt] = [:]
        var isOver = false
    }

    private static let state = Mutex(State())

    /// Ends the connections of all folders, and removes these and any that are created later. It is called when the
    /// process is about to exit, perhaps while another thread removes a folder.
    static func removeAll() {
        let paths = state.withLock { state in
            state.isOver = true
            return Array(state.locks.keys)
        }
        for path in paths { removeFiles(in: path) }
    }

    /// Ends the connection whose socket is in the folder, and removes the folder.
    func remove() {
        guard Self.state.withLock({ $0.locks[path] != nil }) else { return }
        Self.removeFiles(in: path)
        if let lock = Self.state.withLock({ $0.locks.removeValue(forKey: path) }) { close(lock) }
    }

    /// Ends the connection and deletes the folder. An ssh that ends removes its socket too, which can make the removal
    /// of the folder fail; so it is retried.
    private static func removeFiles(in path: String) {
        let socket = ControlSocket(folder: path, name: "ssh", isKept: false)
        if !socket.end() { socket.kill() }
        for _ in 1...3 where FileManager.default.fileExists(atPath: path) {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private static func changed(_ seen: stat) -> Int {
        #if canImport(Darwin)
            seen.st_ctimespec.tv_sec
        #else
            seen.st_ctim.tv_sec
        #endif
    }

    private static let abandonedAreRemoved: Void = removeAbandoned()
    private static func removeAbandonedOnce() { abandonedAreRemoved }

    /// Ends the connections and removes the folders that killed processes of this user have left.
    static func removeAbandoned(in parent: String = parent) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.wholeMatch(of: /mxp-[A-Za-z0-9]{6}/) != nil {
            let path = "\(parent)/\(name)"
            var seen = stat()
            guard lstat(path, &seen) == 0, seen.st_mode & (S_IFMT | 0o777) == S_IFDIR | 0o700, seen.st_uid == geteuid()
            else { continue }
            let lock = Foundation.open("\(path)/lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard lock >= 0 else {
                // Version 0.1 has no lock file and leaves its folders empty.
                if errno == ENOENT, time(nil) - Self.changed(seen) > 3600 { rmdir(path) }
                continue
            }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { removeFiles(in: path) }
            close(lock)
        }
    }
}
