import Alerts
import ConfigurationFiles
import Engine
import Foundation
import MailChecks
import RemoteShell
import Sites

/// Connections to an SMTP server through a host that is reached by ssh.
struct StreamConnector: SMTPConnector {
    let shell: SSHShell
    /// The server's address as the host reaches it.
    let address: String
    var port = 25

    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result {
        try await shell.withStream(toPort: port, of: address) { try await body(SMTPStream(stream: $0)) }
    }
}

/// A stream through ssh as an SMTP stream.
struct SMTPStream: ByteStream {
    let stream: RemoteStream
    func read() async throws -> Data? { try await stream.read() }
    func write(_ data: Data) async throws { try await stream.write(data) }
}
