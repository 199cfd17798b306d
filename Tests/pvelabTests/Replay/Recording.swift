import Foundation
import Testing

@testable import pvelab

/// Exchanges with a real Proxmox VE in chronological order, one JSON object per line.
struct Recording: Sendable, CustomTestStringConvertible {
    var release: APIServer.Release
    /// The minimum number of exchanges to which the lab must respond as the real one.
    var matching: Int
    var testDescription: String { release.rawValue }

    var name: String { "pve-transcripts-\(release.rawValue).jsonl" }

    func exchanges() throws -> [Recorded] {
        let file = Reference.file(name)
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        return Self.ordered(try lines.enumerated().map { try Recorded($1, at: $0) })
    }

    /// Of parallel calls, the accepted one came first, whatever the order of the responses.
    private static func ordered(_ exchanges: [Recorded]) -> [Recorded] {
        var ordered = exchanges
        for index in exchanges.indices where exchanges[index].isSimultaneous && exchanges[index].status == 200 {
            var position = index
            while position > 0, ordered[position - 1].isSimultaneous {
                ordered.swapAt(position, position - 1)
                position -= 1
            }
        }
        return ordered
    }
}

extension Recorded: CustomStringConvertible {
    var description: String { "\(position) \(name): \(method ?? "") \(target)" }
}

/// One exchange. Raw ones, which were sent as bytes over a socket, have no method.
struct Recorded {
    var position: Int
    var name: String
    var method: String?
    /// The target of the request line.
    var target: String
    var parameters: [String: Any]
    var body: String?
    var status: Int
    var reason: String
    var answer: Any?

    init(_ line: Data, at position: Int) throws {
        let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        self.position = position
        name = try #require(object["case"] as? String)
        method = object["method"] as? String
        target = object["path"] as? String ?? ""
        parameters = object["params"] as? [String: Any] ?? [:]
        body = object["body"] as? String
        let parts = (object["status"] as? String ?? "").split(
            separator: " ",
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        reason = parts.count > 2 ? String(parts[2]) : ""
        answer = object["answer"].flatMap { $0 is NSNull ? nil : $0 }
    }

    /// The data of a successful response.
    var data: Any? { (answer as? [String: Any])?["data"] }

    fileprivate var isSimultaneous: Bool { name.hasPrefix("parallel clone") }

    /// The identifier of the task that the path names, decoded.
    var upid: String? {
        let path = target.removingPercentEncoding ?? target
        guard let match = path.firstMatch(of: /UPID:[^\/?]*:/) else { return nil }
        return String(match.output)
    }
}
