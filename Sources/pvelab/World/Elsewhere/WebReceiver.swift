import Foundation
import Hummingbird
import NIOCore
import Synchronization

/// The external web service. It stores each POST and responds with the configured status.
struct WebReceiver: Sendable {
    let place: Elsewhere

    private static let bodyLimit = 64 << 10
    private static let file = Mutex(())

    /// Serves until it is cancelled.
    func run() async throws {
        let listener = TLSListener(
            host: Topology.internetAddress, port: Elsewhere.webPort, certificate: place.certificate,
            privateKey: place.key)
        try await listener.run(whenListening: { _ in }) { request in await answer(request) }
    }

    private struct Posted: Encodable {
        var path: String
        var headers: [String: String]
        var body: String
    }

    /// Handles a request. Rejected requests are not stored, because a sender has to retry them.
    private func answer(_ request: Hummingbird.Request) async -> Response {
        let ordered = (try? LabFolder.read(place.status)).flatMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let body = try? await request.body.collect(upTo: Self.bodyLimit)
        let status = ordered ?? 200
        if 200...299 ~= status {
            let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
            let posted = Posted(
                path: request.uri.path, headers: Dictionary(headers) { "\($0); \($1)" },
                body: body.map { String(buffer: $0) } ?? "")
            do { try keep(posted) } catch { return Response(status: .internalServerError) }
        }
        return Response(status: .init(code: status))
    }

    private func keep(_ posted: Posted) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(posted) + Data("\n".utf8)
        try Self.file.withLock { _ in
            if !FileManager.default.fileExists(atPath: place.requests) { try LabFolder.write("", to: place.requests) }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: place.requests))
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: line)
        }
    }
}
