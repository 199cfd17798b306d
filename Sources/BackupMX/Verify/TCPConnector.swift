import Alerts
import ConfigurationFiles
import Ingress
import MailChecks
import Sites

/// Connections to an SMTP server from this machine.
struct TCPConnector: SMTPConnector {
    let address: IPAddress
    var port = 25

    /// The connection timeout. postscreen or a busy server may take this long to accept an unknown client.
    private static let limit = Duration.seconds(10)

    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result {
        let stream: TCPStream
        do { stream = try await TCPStream.connect(to: address, port: port, within: Self.limit) } catch {
            guard let failure = error as? TCPStream.Failure else { throw error }
            throw VerifyError.unreachable(address: address, port: port, reason: failure.reason)
        }
        return try await body(stream)
    }
}

extension TCPStream.Failure {
    fileprivate var reason: String {
        switch self {
        case .refused: "connection refused"
        case .silent: "no answer"
        case .noRoute(let reason): reason
        }
    }
}
