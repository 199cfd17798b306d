import Foundation
import Glibc

/// A Unix stream socket, closed with its last reference.
final class UnixSocket: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func connect(to path: String) throws -> UnixSocket {
        let socket = try make()
        try withAddress(path) { address, length in
            guard Glibc.connect(socket.descriptor, address, length) == 0 else { throw problem("connect \(path)") }
        }
        return socket
    }

    static func listen(at path: String) throws -> UnixSocket {
        unlink(path)
        let socket = try make()
        try withAddress(path) { address, length in
            guard bind(socket.descriptor, address, length) == 0 else { throw problem("bind \(path)") }
        }
        guard chmod(path, 0o600) == 0, Glibc.listen(socket.descriptor, 16) == 0 else { throw problem("listen \(path)") }
        return socket
    }

    /// Blocks until a client connects.
    func accept() throws -> UnixSocket {
        while true {
            let accepted = Glibc.accept(descriptor, nil, nil)
            if accepted >= 0 {
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                return UnixSocket(descriptor: accepted)
            }
            guard errno == EINTR || errno == ECONNABORTED else { throw Self.problem("accept") }
        }
    }

    func write(_ data: Data) throws {
        var rest = data
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw Self.problem("send") }
            rest = rest.dropFirst(sent)
        }
    }

    /// Shuts down the sending side of the connection.
    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    func readToEnd() throws -> Data {
        var all = Data()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw Self.problem("read") }
            if count == 0 { return all }
            all.append(contentsOf: buffer[..<count])
        }
    }

    private static func make() throws -> UnixSocket {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw problem("socket") }
        return UnixSocket(descriptor: descriptor)
    }

    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
    ) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw LabError.refused("the socket path `\(path)` is too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func problem(_ what: String) -> LabError {
        .tool(what, errno, String(cString: strerror(errno)))
    }
}
