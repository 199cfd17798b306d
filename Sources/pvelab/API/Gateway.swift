import Foundation

/// Turns a request into a response: what pve-http-server does before and after the call itself.
struct Gateway: Sendable {
    let settings: APIServer.Settings
    let node: Node
    private let router: Router
    private let authentication: Authentication

    init(settings: APIServer.Settings, node: Node) {
        self.settings = settings
        self.node = node
        router = Router(node: node, nodeName: settings.node)
        authentication = Authentication(release: settings.release)
    }

    /// The maximum size of a body in pve-http-server 5.2.1: 512 KiB.
    static let bodyLimit = 512 << 10

    func reply(to request: Request) async -> Reply {
        do {
            return try await answer(request)
        } catch {
            return await reply(to: error)
        }
    }

    private func reply(to error: any Error) async -> Reply {
        guard let failure = error as? Failure else { return Reply(.internalError("\(error)")) }
        if failure.status == 401 { try? await Task.sleep(for: settings.unauthorizedDelay) }
        return Reply(failure)
    }

    private func answer(_ request: Request) async throws -> Reply {
        try Self.checkForm(of: request)
        let target = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = FormDecoder.path(String(target[0]))
        guard segments.first == "api2" else { throw Failure.transport(500, "no such file '\(target[0])'") }
        guard segments.count > 1 else { throw Failure.transport(501, "no such uri") }
        guard segments[1] == "json" else {
            let rest = segments.dropFirst(2).joined(separator: "/")
            throw Failure.transport(501, "no formatter for uri /\(rest), \(segments[1])")
        }
        var parameters: [String: String] = [:]
        if request.method == "POST" || request.method == "PUT" {
            parameters = try FormDecoder.body(request.body, type: request.headers["content-type"])
        }
        if target.count > 1 { parameters.merge(FormDecoder.parameters(String(target[1]))) { $1 } }
        let path = Array(segments.dropFirst(2))
        if request.method == "POST", path == ["access", "ticket"] {
            try Schema.ticket.check(parameters)
            return Reply(Answer(try authentication.ticket(parameters, access: await node.access)))
        }
        let caller = try authentication.caller(request.headers, method: request.method, access: await node.access)
        var call = Call(method: request.method, path: path, parameters: parameters, caller: caller)
        guard let fault = await node.takeFault(for: call) else { return Reply(try await router.answer(call)) }
        call.fault = fault.kind
        if fault.kind == .revoked { throw Failure.unauthorized("Authentication failed!") }
        if let reply = fault.preemption(of: call) { return reply }
        if fault.kind == .slow { try? await Task.sleep(for: settings.slowness) }
        let reply: Reply
        do { reply = Reply(try await router.answer(call)) } catch { reply = await self.reply(to: error) }
        if fault.kind == .timedOut { try? await Task.sleep(for: settings.patience) }
        return fault.distort(reply)
    }

    /// Checks what is rejected before authentication.
    private static func checkForm(of request: Request) throws {
        let method = request.method
        guard ["GET", "POST", "PUT", "DELETE"].contains(method) else {
            throw Failure.silent(501, "method '\(method)' not available")
        }
        guard request.headers["transfer-encoding"] == nil else {
            throw Failure.transport(501, "chunked transfer encoding not supported")
        }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? request.body.utf8.count
        guard length <= bodyLimit else { throw Failure.transport(501, "for data too large") }
        guard length == 0 || method == "POST" || method == "PUT" else {
            throw Failure.transport(501, "Unexpected content for method '\(method)'")
        }
    }
}
