import HTTPTypes
import Hummingbird
import NIOCore

/// The gateway's HTTPS server: UniFi OS on port 443, and a classic controller with the same forwards on 8443.
struct UniFiServer: Sendable {
    let console: UniFiConsole
    var host: String
    /// Path of a PEM file, as is `privateKey`.
    var certificate: String
    var privateKey: String
    var ports: [UniFiFront: Int] = [.unifiOS: UniFiFront.unifiOS.port, .classic: UniFiFront.classic.port]

    private static let bodyLimit = 64 << 10

    /// Serves until it is cancelled. `whenListening` receives the port of each variant.
    func run(whenListening: @escaping @Sendable (UniFiFront, Int) -> Void = { _, _ in }) async throws {
        try await console.begin()
        try await withThrowingTaskGroup { group in
            for front in UniFiFront.allCases {
                let listener = TLSListener(
                    host: host, port: ports[front] ?? front.port, certificate: certificate, privateKey: privateKey)
                group.addTask {
                    try await listener.run(whenListening: { whenListening(front, $0) }) { request in
                        await respond(to: request, at: front)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func respond(to request: Hummingbird.Request, at front: UniFiFront) async -> Response {
        let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
        let body = try? await request.body.collect(upTo: Self.bodyLimit)
        let reply = await console.reply(
            to: UniFiRequest(
                method: request.method.rawValue,
                path: request.uri.path,
                headers: Dictionary(headers) { "\($0); \($1)" },
                body: body.map { String(buffer: $0) } ?? ""
            ),
            at: front
        )
        var fields: HTTPFields = [.contentType: reply.type]
        for line in reply.headers {
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            if parts.count == 2, let name = HTTPField.Name(parts[0]) {
                fields.append(HTTPField(name: name, value: parts[1]))
            }
        }
        return Response(
            status: HTTPResponse.Status(code: reply.status), headers: fields,
            body: .init(byteBuffer: ByteBuffer(string: reply.body)))
    }
}
