package import ConfigurationFiles
package import Foundation

/// A TCP connection from this machine, without a shell or a proxy.
package struct TCPStream: Sendable {
    private let socket: NumericSocket

    /// Why the connection failed.
    package enum Failure: Error, Equatable {
        case refused
        /// No answer until the timeout.
        case silent
        case noRoute(reason: String)
    }

    /// - Throws: ``Failure``; `CancellationError`
    package static func connect(to address: IPAddress, port: Int, within limit: Duration) async throws -> TCPStream {
        let (socket, error) = NumericSocket.connecting(.tcp, to: address, port: port)
        guard let socket, [0, EINPROGRESS].contains(error) else { throw Failure(error) }
        let stream = TCPStream(socket: socket)
        guard try await stream.wait(for: Int16(POLLOUT), until: .now + limit) else { throw Failure.silent }
        var (code, length) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
        getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else { throw Failure(code) }
        return stream
    }

    package func read() async throws -> Data? {
        _ = try await wait(for: Int16(POLLIN), until: nil)
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket.descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Data(buffer[..<count]) : nil
    }

    package func write(_ data: Data) async throws {
        #if canImport(Darwin)
            let flags: CInt = 0
        #else
            let flags = CInt(MSG_NOSIGNAL)
        #endif
        var rest = data
        while !rest.isEmpty {
            _ = try await wait(for: Int16(POLLOUT), until: nil)
            let sent = rest.withUnsafeBytes { send(socket.descriptor, $0.baseAddress, $0.count, flags) }
            guard sent > 0 else { throw Failure(errno) }
            rest = rest.dropFirst(sent)
        }
    }

    /// Waits for an event. Returns whether it occurred before the deadline. Cancellation shuts the connection down,
    /// which ends the wait.
    private func wait(for event: Int16, until deadline: ContinuousClock.Instant?) async throws -> Bool {
        try Task.checkCancellation()
        let happened = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // This blocks, so it uses a thread of Dispatch: other tasks may need all threads of the concurrency
                // pool.
                DispatchQueue.global().async { [socket] in
                    var one = pollfd(fd: socket.descriptor, events: event, revents: 0)
                    let rest = deadline.map { CInt(($0 - .now) / .milliseconds(1)) }
                    continuation.resume(returning: poll(&one, 1, rest.map { max($0, 0) } ?? -1) > 0)
                }
            }
        } onCancel: {
            shutdown(socket.descriptor, CInt(SHUT_RDWR))
        }
        try Task.checkCancellation()
        return happened
    }
}

extension TCPStream.Failure {
    fileprivate init(_ code: CInt) {
        switch code {
        case ECONNREFUSED: self = .refused
        // A router also sends EHOSTUNREACH for a host that does not answer it.
        case ETIMEDOUT, EHOSTUNREACH: self = .silent
        default: self = .noRoute(reason: String(cString: strerror(code)))
        }
    }
}
