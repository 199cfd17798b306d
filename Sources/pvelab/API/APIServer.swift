import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// The lab's Proxmox VE API: as strict as the real one, and in its words.
struct APIServer: Sendable {
    enum Release: String, Sendable, CaseIterable {
        case v9_2 = "9.2"
        case v8_4 = "8.4"
    }

    struct Settings: Sendable {
        var node = "pve2"
        var host: String
        var port = 8006
        /// PEM files.
        var certificate: String
        var privateKey: String
        var release = Release.v9_2
        /// How long a 401 is held back.
        var unauthorizedDelay = Duration.seconds(3)
    }

    let settings: Settings
    let node: Node
    private let router: Router
    private let authentication: Authentication

    init(settings: Settings, runtime: any GuestRuntime, seed: Seed) {
        self.settings = settings
        node = Node(settings: settings, seed: seed, runtime: runtime)
        router = Router(node: node, nodeName: settings.node)
        authentication = Authentication(release: settings.release)
    }

    /// pve-http-server 5.2.1: 512 KiB; idle for 5 s; 100 requests a connection.
    private static let bodyLimit = 512 << 10

    /// Serves until it is cancelled.
    func run() async throws {
        let certificates = try NIOSSLCertificate.fromPEMFile(settings.certificate)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: settings.privateKey, format: .pem))
        )
        tls.minimumTLSVersion = .tlsv12
        let responder = CallbackResponder<BasicRequestContext> { request, _ in await respond(to: request) }
        var logger = Logger(label: "pvelab")
        logger.logLevel = .error
        let application = Application(
            responder: responder,
            server: try .tls(.http1(configuration: .init(idleTimeout: .seconds(5))), tlsConfiguration: tls),
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: nil),
            logger: logger
        )
        try await application.run()
    }

    private func respond(to request: Request) async -> Response {
        do {
            let body = try await body(of: request)
            return response(try await answer(request, body))
        } catch let failure as Failure {
            if failure.status == 401 { try? await Task.sleep(for: settings.unauthorizedDelay) }
            return response(failure)
        } catch {
            return response(Failure.internalError("\(error)"))
        }
    }

    private func body(of request: Request) async throws -> String {
        if request.headers[.transferEncoding] != nil {
            throw Failure.transport(501, "chunked transfer encoding not supported")
        }
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= Self.bodyLimit else { throw Failure.transport(501, "for data too large") }
        guard let buffer = try? await request.body.collect(upTo: Self.bodyLimit) else {
            throw Failure.transport(501, "for data too large")
        }
        return String(buffer: buffer)
    }

    private func answer(_ request: Request, _ body: String) async throws -> Answer {
        let method = request.method.rawValue
        guard ["GET", "POST", "PUT", "DELETE"].contains(method) else {
            throw Failure.transport(501, "method '\(method)' not available")
        }
        let target = request.uri.description.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = FormDecoder.path(String(target[0]))
        guard segments.first == "api2" else { throw Failure.transport(500, "no such file '\(target[0])'") }
        guard segments.count > 1 else { throw Failure.transport(501, "no such uri") }
        guard segments[1] == "json" else {
            throw Failure.transport(501, "no formatter for uri \(target[0])")
        }
        var parameters: [String: String] = [:]
        if method == "POST" || method == "PUT" {
            parameters = try form(body, type: request.headers[.contentType])
        } else if !body.isEmpty {
            throw Failure.transport(501, "Unexpected content for method '\(method)'")
        }
        if target.count > 1 { parameters.merge(FormDecoder.parameters(String(target[1]))) { $1 } }
        let path = Array(segments.dropFirst(2))
        if method == "POST", path == ["access", "ticket"] {
            try Schema.ticket.check(parameters)
            return Answer(try authentication.ticket(parameters, access: await node.access))
        }
        let headers = Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { first, _ in first }
        let caller = try authentication.caller(headers, method: method, access: await node.access)
        return try await router.answer(Call(method: method, path: path, parameters: parameters, caller: caller))
    }

    private func form(_ body: String, type: String?) throws -> [String: String] {
        let type = type?.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        switch type {
        case nil, "application/x-www-form-urlencoded": return FormDecoder.parameters(body)
        case "application/json":
            guard let object = try? JSONDecoder().decode([String: Scalar].self, from: Data(body.utf8)) else {
                throw Failure.internalError("malformed JSON string, neither tag, array, object, number, string or atom")
            }
            return object.compactMapValues(\.text)
        case let type?:
            if body.isEmpty { return [:] }
            throw Failure.transport(506, "upload 'Content-Type '\(type)' not implemented")
        }
    }

    private struct Scalar: Decodable {
        var text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() { return }
            if let flag = try? container.decode(Bool.self) {
                text = flag ? "1" : "0"
            } else if let number = try? container.decode(Int.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    private func response(_ answer: Answer) -> Response {
        var members = ["data": answer.data]
        if let total = answer.total, total > 0 { members["total"] = .int(total) }
        return response(status: .ok, JSON.object(members).encoded, isError: false)
    }

    private func response(_ failure: Failure) -> Response {
        let reason = failure.message.split(separator: "\n").first.map(String.init) ?? ""
        let status = HTTPResponse.Status(code: failure.status, reasonPhrase: reason)
        if failure.isTransport {
            let text = failure.status == 401 ? "" : failure.message
            return Response(
                status: status,
                headers: headers(isError: true),
                body: .init(byteBuffer: ByteBuffer(string: text))
            )
        }
        let ending = failure.message.hasSuffix("\n") ? "" : "\n"
        var members: [String: JSON] = ["data": .null, "message": .text(failure.message + ending)]
        if !failure.errors.isEmpty { members["errors"] = .object(failure.errors.mapValues { .text($0) }) }
        return response(status: status, JSON.object(members).encoded, isError: true)
    }

    private func response(status: HTTPResponse.Status, _ text: String, isError: Bool) -> Response {
        var fields = headers(isError: isError)
        fields[.contentType] = "application/json;charset=UTF-8"
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func headers(isError: Bool) -> HTTPFields {
        var fields: HTTPFields = [
            .cacheControl: "max-age=0", .server: "pve-api-daemon/3.0",
            .connection: isError ? "close" : "Keep-Alive",
        ]
        if let pragma = HTTPField.Name("Pragma") { fields[pragma] = "no-cache" }
        return fields
    }
}
