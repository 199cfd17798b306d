import Foundation
import MailChecks
import RemoteShell

/// Connections to an SMTP server through a host that ssh leads to.
struct StreamConnector: SMTPConnector {
    let shell: SSHShell
    /// As seen from the host.
    let address: String
    var port = 25

    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result {
        try await shell.withStream(toPort: port, of: address) { try await body(SMTPStream(stream: $0)) }
    }
}

/// A stream through ssh, for those who talk SMTP over it.
struct SMTPStream: ByteStream {
    let stream: RemoteStream
    func read() async throws -> Data? { try await stream.read() }
    func write(_ data: Data) async throws { try await stream.write(data) }
}
