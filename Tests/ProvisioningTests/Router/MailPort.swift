import Foundation
import Synchronization

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

/// A TCP port on loopback that sends one text to each client and closes the connection after the client's reply, or
/// replies to each line of the client.
final class MailPort: Sendable {
    let number: Int
    private let descriptor: CInt
    private let isServed: Bool
    private let filling = Mutex<[TCPStream]>([])

    /// - Parameters:
    ///   - saying: The first text; nil accepts no connection, like a host behind a packet filter.
    ///   - answer: Returns the reply to a line without its line ending; nil closes the connection.
    init(
        saying text: String?, at wanted: Int = 0, answering answer: (@Sendable (String) -> String?)? = nil
    ) throws {
        isServed = text != nil
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var (form, one) = (sockaddr_in(), CInt(1))
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
        form.sin_family = sa_family_t(AF_INET)
        form.sin_port = in_port_t(wanted).bigEndian
        form.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        number = withUnsafeMutablePointer(to: &form) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0 else { return }
                getsockname(descriptor, address, &length)
                listen(descriptor, 0)
            }
            return Int(in_port_t(bigEndian: pointer.pointee.sin_port))
        }
        guard number != 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        guard let text else { return }
        Thread.detachNewThread {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else {
                    // Not earlier: the next port may get the same descriptor, and this port would get its clients.
                    close(descriptor)
                    return
                }
                _ = send(connection, text, text.utf8.count, CInt(MSG_NOSIGNAL))
                if let answer {
                    Self.talk(on: connection, answer)
                } else if !text.isEmpty {
                    var buffer = [UInt8](repeating: 0, count: 100)
                    _ = recv(connection, &buffer, buffer.count, 0)
                }
                close(connection)
            }
        }
    }

    private static func talk(on connection: CInt, _ answer: (String) -> String?) {
        var (byte, line) = (UInt8(0), [UInt8]())
        while recv(connection, &byte, 1, 0) == 1 {
            line.append(byte)
            guard byte == UInt8(ascii: "\n") else { continue }
            guard let reply = answer(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)) else {
                return
            }
            _ = send(connection, reply, reply.utf8.count, CInt(MSG_NOSIGNAL))
            line = []
        }
    }

    /// Fills the backlog of the socket, so that further connections are not accepted.
    func fill() async throws {
        for _ in 0..<4 {
            let stream = try? await TCPStream.connect(
                to: try `An outside check`.loopback(), port: number, within: .milliseconds(200))
            guard let stream else { return }
            filling.withLock { $0.append(stream) }
        }
    }

    deinit {
        shutdown(descriptor, CInt(SHUT_RDWR))
        if !isServed { close(descriptor) }
    }
}
