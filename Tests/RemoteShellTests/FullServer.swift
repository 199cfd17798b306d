import Foundation
import Testing

/// A port whose connection queue is full, so that the kernel accepts no further connection.
struct FullServer {
    let port: Int
    private let descriptors: [Int32]

    init() throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        func withAddress(_ body: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
            }
        }
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var all = [listener]
        let isBound = withAddress { bind(listener, $0, length) } == 0 && listen(listener, 0) == 0
        try #require(isBound && withAddress { getsockname(listener, $0, &length) } == 0)
        port = Int(UInt16(bigEndian: address.sin_port))
        for _ in 1...4 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = withAddress { connect(client, $0, length) }
            all.append(client)
        }
        descriptors = all
    }

    func close() { for descriptor in descriptors { Foundation.close(descriptor) } }
}
