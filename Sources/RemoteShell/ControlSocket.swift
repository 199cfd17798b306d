import Foundation

/// The control socket of an ssh that shares its connection (ssh_config(5), ControlMaster).
struct ControlSocket: Sendable, Hashable {
    /// The folder of the socket, readable only by this user.
    let folder: String
    let name: String
    /// Whether the connection outlives the run that opened it, for ``lifetime``.
    let isKept: Bool

    var path: String { "\(folder)/\(name)" }

    /// Seconds that the connection stays open after its last use.
    var lifetime: Int { isKept ? 120 : 60 }

    /// Returns the socket that later runs find too. Its name contains the end of the host's key, so that a connection
    /// that was opened under another key is never found.
    ///
    /// - Returns: nil if no key is known.
    /// - Throws: ``ShellError/failed(host:reason:)`` if other users have access to its folder.
    static func shared(for destination: SSHDestination) throws -> ControlSocket? {
        let keys = try KnownHosts(path: destination.knownHosts).keys(of: destination.hostKeyAlias)
        guard let key = keys.first(where: { $0.hasPrefix("ssh-ed25519 ") }) ?? keys.first else { return nil }
        let tail = key.suffix(24).map { $0 == "/" ? "_" : $0 }
        let folder = "/tmp/mxprovision-\(geteuid())"
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw ShellError.failed(
                host: destination.host, reason: "cannot create a folder in /tmp: \(String(cString: strerror(errno)))")
        }
        var seen = stat()
        guard lstat(folder, &seen) == 0, seen.st_mode & S_IFMT == S_IFDIR, seen.st_uid == geteuid(),
            seen.st_mode & 0o077 == 0
        else { throw ShellError.failed(host: destination.host, reason: "other users have access to \(folder)") }
        return ControlSocket(folder: folder, name: "\(destination.user.prefix(32))-\(String(tail))", isKept: true)
    }

    /// Removes the socket file that an ssh has left.
    func remove() { unlink(path) }

    /// Asks the listening ssh to end, and waits until it has: the same as `ssh -O exit`, without a process for it
    /// (PROTOCOL.mux of OpenSSH).
    ///
    /// - Returns: whether no ssh listens any more.
    func end() -> Bool {
        let socket = Self.connected(to: path)
        guard socket >= 0 else { return [ENOENT, ECONNREFUSED].contains(errno) }
        defer { close(socket) }
        guard Self.send([Message.hello, Message.version], on: socket), Self.answer(on: socket) == Message.hello,
            Self.send([Message.terminate, 0], on: socket)
        else { return false }
        // It ends before it has replied, so its end is the reply.
        var rest: UInt8 = 0
        var count: Int
        repeat { count = recv(socket, &rest, 1, 0) } while count > 0
        return count == 0 || errno == ECONNRESET
    }

    /// Kills an ssh that listens and does not reply, because it is stopped or hangs.
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
        // The timeout of every call for this socket.
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

    /// Sends a message: its length and that many bytes, all numbers in network order.
    private static func send(_ words: [UInt32], on socket: CInt) -> Bool {
        let bytes = ([UInt32(words.count * 4)] + words).flatMap { word in
            withUnsafeBytes(of: word.bigEndian, Array.init)
        }
        BrokenPipe.isAnError()
        return write(socket, bytes, bytes.count) == bytes.count
    }

    /// Returns the first word of a message, or nil if no message arrives.
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
