import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The lab's Proxmox VE API, as strict as the real one and with its messages.
struct APIServer: Sendable {
    enum Release: String, Sendable, CaseIterable {
        case v9_2 = "9.2"
        case v8_4 = "8.4"
    }

    struct Settings: Sendable {
        var node = "pve2"
        var host: String
        var port = 8006
        /// Path of a PEM file, as is `privateKey`.
        var certificate: String
        var privateKey: String
        var release = Release.v9_2
        /// How long a connection may be idle.
        var idleLimit = Duration.seconds(5)
        /// How long a response is delayed by a fault that simulates a proxy timeout. The real timeout is 30 s.
        var patience = Duration.seconds(1)
        /// How long a call takes that a fault makes slow.
        var slowness = Duration.seconds(5)
        /// Path of a log with one line per request, as pveproxy's `/var/log/pveproxy/access.log`, or nil for no log.
        var accessLog: String?
        /// The delay of a 401 response.
        var unauthorizedDelay = Duration.seconds(3)
    }

    let settings: Settings
    let node: Node
    private let gateway: Gateway

    init(settings: Settings, runtime: any GuestRuntime, seed: Seed) {
        self.settings = settings
        node = Node(settings: settings, seed: seed, runtime: runtime)
        gateway = Gateway(settings: settings, node: node)
    }

    /// Serves until it is cancelled. Port 0 means any port; `whenListening` receives the port.
    func run(whenListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let listener = TLSListener(
            host: settings.host, port: settings.port, certificate: settings.certificate,
            privateKey: settings.privateKey,
            idleLimit: settings.idleLimit, handler: { ConnectionHandler() })
        try await listener.run(whenListening: whenListening) { request in await respond(to: request) }
    }

    private func respond(to request: Hummingbird.Request) async -> Response {
        let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
        var plain = pvelab.Request(
            method: request.method.rawValue,
            target: request.uri.description,
            headers: Dictionary(headers) { first, _ in first }
        )
        if let buffer = try? await request.body.collect(upTo: Gateway.bodyLimit) {
            plain.body = String(buffer: buffer)
        } else {
            plain.headers["content-length"] = String(Gateway.bodyLimit + 1)
        }
        let reply = await gateway.reply(to: plain)
        log(plain, reply)
        return response(reply)
    }

    /// Logs a request, such as `GET /api2/json/version 200 sitectl@pve!ctl`, in one write, so that lines of parallel
    /// requests are not mixed.
    private func log(_ request: pvelab.Request, _ reply: Reply) {
        guard let path = settings.accessLog else { return }
        let user = request.headers["authorization"].flatMap { $0.split(separator: "=").dropFirst().first } ?? "-"
        let line = "\(request.method) \(request.target) \(reply.status) \(user)\n"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private func response(_ reply: Reply) -> Response {
        var fields: HTTPFields = [
            .cacheControl: "max-age=0", .server: "pve-api-daemon/3.0",
        ]
        fields[.date] = Self.date(.now)
        if let pragma = HTTPField.Name("Pragma") { fields[pragma] = "no-cache" }
        fields[.contentType] = reply.type
        if let name = ConnectionHandler.damage { fields[name] = reply.damage?.rawValue }
        return Response(
            status: HTTPResponse.Status(code: reply.status, reasonPhrase: reply.reason),
            headers: fields,
            body: .init(byteBuffer: ByteBuffer(string: reply.body))
        )
    }

    /// Returns a date in the format of RFC 9110, section 5.6.7.
    static func date(_ date: Date) -> String {
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.timeZone = TimeZone(secondsFromGMT: 0)
        form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return form.string(from: date)
    }
}
