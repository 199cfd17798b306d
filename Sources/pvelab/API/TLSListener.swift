import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// One HTTPS port of the lab.
struct TLSListener: Sendable {
    var host: String
    /// 0 means any.
    var port: Int
    /// PEM files.
    var certificate: String
    var privateKey: String
    /// How long a connection may say nothing; nil for as long as the server's own limit.
    var idleLimit: Duration?
    /// What stands in each connection between the server's codec and the answers.
    var handler: (@Sendable () -> any RemovableChannelHandler)?

    /// Serves until it is cancelled; `whenListening` is told on which port.
    func run(
        whenListening: @escaping @Sendable (Int) -> Void,
        answer: @escaping @Sendable (Hummingbird.Request) async -> Response
    ) async throws {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem))
        )
        tls.minimumTLSVersion = .tlsv12
        var logger = Logger(label: "pvelab")
        logger.logLevel = .error
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in await answer(request) },
            server: try .tls(
                .http1(
                    configuration: .init(
                        additionalChannelHandlers: [handler].compactMap { $0?() },
                        idleTimeout: idleLimit.map { TimeAmount($0) }
                    )
                ),
                tlsConfiguration: tls
            ),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in whenListening(channel.localAddress?.port ?? port) },
            logger: logger
        )
        try await application.run()
    }
}
