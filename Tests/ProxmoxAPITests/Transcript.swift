import Foundation
import HTTPTransport
import ProxmoxAPI
import Testing

/// Exchanges recorded from a real Proxmox VE, one JSON object per line, in Tests/Fixtures/proxmox.
struct Transcript: Sendable, CustomTestStringConvertible {
    /// The recorded release, which names the file.
    var release: String
    /// The minimum number of exchanges that a typed call must decode.
    var readable: Int
    var testDescription: String { release }

    static let all = [Transcript(release: "9.2", readable: 370), Transcript(release: "8.4", readable: 335)]

    private var file: URL {
        URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/proxmox/pve-transcripts-\(release).jsonl")
    }

    func exchanges() throws -> [Exchange] {
        try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).compactMap(Exchange.init)
    }

    /// One request with a response. Requests that were sent as raw bytes are excluded.
    struct Exchange: Sendable {
        var name: String
        var method: String
        /// Below `/api2/json`, without the query, decoded.
        var path: String
        var answer: WireAnswer

        init?(_ line: Data) throws {
            guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any],
                let name = object["case"] as? String, let method = object["method"] as? String,
                let target = object["path"] as? String, let status = object["status"] as? String,
                target.hasPrefix("/api2/json/")
            else { return nil }
            self.name = name
            self.method = method
            let path = target.dropFirst("/api2/json".count).prefix { $0 != "?" }
            self.path = path.removingPercentEncoding ?? String(path)
            let parts = status.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            answer = WireAnswer(
                status: try #require(Int(parts[1])),
                reason: parts.count == 3 ? String(parts[2]) : "",
                body: try object["answer"].map {
                    try JSONSerialization.data(withJSONObject: $0, options: .fragmentsAllowed)
                }
                    ?? Data()
            )
        }
    }
}
