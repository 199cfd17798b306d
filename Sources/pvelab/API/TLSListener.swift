import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// One HTTPS port of the lab.
struct TLSListener: Sendable {
    var host: String
    /// The port; 0 means any.
    var port: Int
    /// Path of a PEM file, as is `privateKey`.
    var certificate: String
    var privateKey: String
    /// How long a connection may be idle, or nil for the server's default.
    var idleLimit: Duration?
    /// The handler in each connection between the server's codec and the responses.
    var handler: (@Sendable () -> any RemovableChannelHandler)?

    /// Serves until it is cancelled. `whenListening` receives the port.
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
