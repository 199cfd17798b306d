import Foundation
import Synchronization

/// Where an ssh listens that lets others use its connection (ssh_config(5), ControlMaster), and how it is told to end.
struct ControlSocket: Sendable, Hashable {
    /// Readable by nobody else.
    let folder: String
    let name: String
    /// Whether the connection outlives the run that has made it, for ``lifetime``.
    let isKept: Bool

    /// Short, as a socket's path may have 108 bytes, and ssh makes it under a name that is 17 longer.
    var path: String { "\(folder)/\(name)" }

    /// Seconds for which the connection stays after the last who used it.
    var lifetime: Int { isKept ? 120 : 60 }

    /// One that nobody else knows.
    ///
    /// - Throws: ``ShellError/unreachable(host:reason:)`` where no folder can be made.
    static func fresh(for host: String) throws -> ControlSocket {
        var template = Array("/tmp/mxp-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ShellError.unreachable(host: host, reason: "no folder in /tmp: \(String(cString: strerror(errno)))")
        }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let socket = ControlSocket(folder: folder, name: "ssh", isKept: false)
        open.withLock { _ = $0.insert(socket) }
        return socket
    }

    /// Those of this process whose folders are still there.
    private static let open = Mutex<Set<ControlSocket>>([])

    /// Ends the connections of all of them, and removes their folders. For a process that is about to exit.
    static func endAll() {
        for socket in open.withLock({ $0 }) {
            if !socket.end() { socket.kill() }
            socket.remove()
        }
    }

    /// Removes a folder in which no ssh has made its socket, as after a failed login.
    func removeIfUnused() {
        guard !isKept, rmdir(folder) == 0 || errno == ENOENT else { return }
        Self.open.withLock { _ = $0.remove(self) }
    }

    /// The one that later runs find too. It bears the end of the host's key, so that a connection that was made under
    /// another key is never found.
    ///
    /// - Returns: nil where no key is known.
    /// - Throws: ``ShellError/unreachable(host:reason:)`` where its folder is not ours alone.
    static func shared(for destination: SSHDestination) throws -> ControlSocket? {
        let keys = try KnownHosts(path: destination.knownHosts).keys(of: destination.hostKeyAlias)
        guard let key = keys.first(where: { $0.hasPrefix("ssh-ed25519 ") }) ?? keys.first else { return nil }
        let tail = key.suffix(24).map { $0 == "/" ? "_" : $0 }
        let folder = "/tmp/mxprovision-\(geteuid())"
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw ShellError.unreachable(
                host: destination.host, reason: "no folder in /tmp: \(String(cString: strerror(errno)))")
        }
        var seen = stat()
        guard lstat(folder, &seen) == 0, seen.st_mode & S_IFMT == S_IFDIR, seen.st_uid == geteuid(),
            seen.st_mode & 0o077 == 0
        else { throw ShellError.unreachable(host: destination.host, reason: "\(folder) is not this user's alone") }
        return ControlSocket(folder: folder, name: "\(destination.user.prefix(32))-\(String(tail))", isKept: true)
    }

    /// An ssh that ends takes its socket away by itself, perhaps while we remove the folder, which fails for that: once more.
    func remove() {
        let rest = isKept ? path : folder
        for _ in 1...3 where FileManager.default.fileExists(atPath: rest) {
            try? FileManager.default.removeItem(atPath: rest)
        }
        Self.open.withLock { _ = $0.remove(self) }
    }

    /// Tells the ssh that listens to end, and waits until it has: as `ssh -O exit`, without a process for it
    /// (openssh's PROTOCOL.mux).
    ///
    /// - Returns: whether none runs any more.
    func end() -> Bool {
        let socket = Self.connected(to: path)
        guard socket >= 0 else { return [ENOENT, ECONNREFUSED].contains(errno) }
        defer { close(socket) }
        guard Self.send([Message.hello, Message.version], on: socket), Self.answer(on: socket) == Message.hello,
            Self.send([Message.terminate, 0], on: socket)
        else { return false }
        // It ends before it has answered, so that its end is the answer.
        var rest: UInt8 = 0
        var count: Int
        repeat { count = recv(socket, &rest, 1, 0) } while count > 0
        return count == 0 || errno == ECONNRESET
    }

    /// Ends an ssh that listens and does not answer: one that is stopped, or hangs.
    func kill() {
        #if os(Linux)
            let socket = Self.connected(to: path)
            guard socket >= 0 else { return }
            defer { close(socket) }
            // unix(7): pid, uid and gid of the process at the other end.
            var peer: [CInt] = [0, 0, 0]
            var length = socklen_t(MemoryLayout<CInt>.size * peer.count)
            guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0, peer[0] > 1 else { return }
            Foundation.kill(peer[0], SIGKILL)
        #endif
    }

    private enum Message {
        static let hello: UInt32 = 1
        static let version: UInt32 = 4
        static let terminate: UInt32 = 0x1000_0005
    }

    private static func connected(to path: String) -> CInt {
        #if canImport(Darwin)
            let socket = Foundation.socket(AF_UNIX, SOCK_STREAM, 0)
        #else
            let socket = Foundation.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        #endif
        guard socket >= 0 else { return socket }
        // No call for this socket waits longer.
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let reason = errno
            close(socket)
            errno = reason
            return -1
        }
        return socket
    }

    /// A length and that many bytes, all numbers in network order.
    private static func send(_ words: [UInt32], on socket: CInt) -> Bool {
        let bytes = ([UInt32(words.count * 4)] + words).flatMap { word in
            withUnsafeBytes(of: word.bigEndian, Array.init)
        }
        BrokenPipe.isAnError()
        return write(socket, bytes, bytes.count) == bytes.count
    }

    /// The first word of a message; nil where none comes.
    private static func answer(on socket: CInt) -> UInt32? {
        func read(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            var got = 0
            while got < count {
                let more = bytes.withUnsafeMutableBytes {
                    recv(socket, $0.baseAddress?.advanced(by: got), count - got, 0)
                }
                guard more > 0 else { return nil }
                got += more
            }
            return bytes
        }
        func number(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
        guard let length = read(4).map(number), 4...65536 ~= length, let body = read(Int(length)) else { return nil }
        return number(body.prefix(4))
    }
}
