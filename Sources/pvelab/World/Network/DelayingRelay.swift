import Foundation
import Glibc
import Synchronization

/// A UDP port of the loopback interface that forwards datagrams to one address, and the replies back, each with a
/// delay. It simulates a slow link on a kernel without netem.
final class DelayingRelay: Sendable {
    /// The delay in each direction in nanoseconds.
    let delay: UInt64
    /// The port on 127.0.0.1.
    let port: UInt16
    private let isOver = Mutex(false)

    private struct Datagram {
        var due: UInt64
        var bytes: [UInt8]
        var isOutward: Bool
    }

    /// Starts the relay. It runs on its own thread until ``end()``.
    ///
    /// - Throws: ``LabError/tool(_:_:_:)`` with the system's error message.
    init(to address: String, port remote: UInt16, delay: UInt64) throws {
        self.delay = delay
        let near = try Self.socket()
        let far = try Self.socket()
        var own = Self.address("127.0.0.1", 0)
        var other = Self.address(address, remote)
        guard Self.with(&own, { bind(near, $0, $1) }) == 0, Self.with(&other, { connect(far, $0, $1) }) == 0 else {
            throw LabError.tool("bind", errno, String(cString: strerror(errno)))
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = Self.with(&own) { pointer, _ in getsockname(near, pointer, &length) }
        port = UInt16(bigEndian: own.sin_port)
        Thread.detachNewThread { self.work(near, far) }
    }

    func end() { isOver.withLock { $0 = true } }

    /// Forwards datagrams. All have the same delay, so they leave in the order of their arrival.
    private func work(_ near: Int32, _ far: Int32) {
        defer {
            close(near)
            close(far)
        }
        var waiting: [Datagram] = []
        var client: sockaddr_in?
        while !isOver.withLock({ $0 }) {
            let now = DispatchTime.now().uptimeNanoseconds
            while let first = waiting.first, first.due <= now {
                waiting.removeFirst()
                if first.isOutward {
                    _ = send(far, first.bytes, first.bytes.count, 0)
                } else if var client {
                    _ = Self.with(&client) { sendto(near, first.bytes, first.bytes.count, 0, $0, $1) }
                }
            }
            // If no datagram is due, the loop checks every 100 ms whether the relay has ended.
            let pause = min(waiting.first.map { Int32(($0.due - now) / 1_000_000) + 1 } ?? 100, 100)
            var ready = [near, far].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&ready, 2, pause) > 0 else { continue }
            for (index, entry) in ready.enumerated() where entry.revents != 0 {
                var sender = sockaddr_in()
                var buffer = [UInt8](repeating: 0, count: 65536)
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                let count = Self.with(&sender) { pointer, _ in
                    recvfrom(entry.fd, &buffer, buffer.count, 0, pointer, &length)
                }
                guard count > 0 else { continue }
                if index == 0 { client = sender }
                let due = DispatchTime.now().uptimeNanoseconds + delay
                waiting.append(Datagram(due: due, bytes: Array(buffer[..<count]), isOutward: index == 0))
            }
        }
    }

    private static func socket() throws -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LabError.tool("socket", errno, String(cString: strerror(errno))) }
        return descriptor
    }

    private static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return address
    }

    private static func with<Result>(
        _ address: inout sockaddr_in,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
