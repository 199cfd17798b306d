import ConfigurationFiles
import Foundation

/// A socket to a numeric address. It is closed with its last reference.
final class NumericSocket: Sendable {
    package enum Kind { case tcp, udp }

    package let descriptor: CInt

    private init(descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Starts a non-blocking connection.
    ///
    /// - Returns: The socket, and errno: `EINPROGRESS` if the peer has not answered yet.
    static func connecting(_ kind: Kind, to address: IPAddress, port: Int) -> (socket: NumericSocket?, error: CInt) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_protocol = CInt(kind == .tcp ? IPPROTO_TCP : IPPROTO_UDP)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.description, String(port), &hints, &list) == 0, let form = list?.pointee else {
            return (nil, EAFNOSUPPORT)
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(form.ai_family, form.ai_socktype, form.ai_protocol)
        guard descriptor >= 0 else { return (nil, errno) }
        let socket = NumericSocket(descriptor: descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        #if canImport(Darwin)
            var one: CInt = 1
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<CInt>.size))
        #endif
        return (socket, connect(descriptor, form.ai_addr, form.ai_addrlen) == 0 ? 0 : errno)
    }

    /// Returns this machine's source address for a destination, or nil if there is no route. Nothing is sent.
    static func source(toward address: IPAddress) -> IPAddress? {
        let (socket, error) = connecting(.udp, to: address, port: 9)
        guard let socket, error == 0 else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: 46)
        let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { form in
                getsockname(socket.descriptor, form, &length) == 0
                    && getnameinfo(form, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            }
        }
        guard isKnown else { return nil }
        return IPAddress(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
