import Alerts
import ConfigurationFiles
import MailChecks
import RemoteShell
import Sites

/// Connections from a guest to the primary.
struct PrimaryConnector: SMTPConnector {
    let primary: PrimaryServer
    let guest: SSHShell

    /// - Throws: ``VerifyError/noPrimary(address:port:peer:guest:reason:)`` if the primary cannot be reached; errors of
    ///   `body`.
    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result {
        let address = primary.address.description
        do {
            return try await StreamConnector(shell: guest, address: address, port: primary.port).withStream(body)
        } catch ShellError.notConnected(address, primary.port, let guest, let reason) {
            throw VerifyError.noPrimary(
                address: primary.address, port: primary.port, peer: primary.peer, guest: guest, reason: reason)
        }
    }
}
