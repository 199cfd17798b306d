import Foundation
import Testing

/// The lab's UniFi gateway, as its owner changes it manually.
struct LabGateway {
    struct Forward: Equatable {
        var id: String
        /// All other fields as text.
        var fields: [String: String]
    }

    let address: String
    let fingerprint: String
    let keyFile: String
    let user: String
    let passwordFile: String
    let publicAddress: String
    private let lab: Lab

    init(_ lab: Lab) throws {
        func value(_ name: String) throws -> String {
            try #require(ProcessInfo.processInfo.environment["PVELAB_\(name)"])
        }
        self.lab = lab
        address = try value("ROUTER_ADDRESS")
        fingerprint = try value("ROUTER_FINGERPRINT")
        keyFile = try value("ROUTER_KEY_FILE")
        user = try value("ROUTER_USER")
        passwordFile = try value("ROUTER_PASSWORD_FILE")
        publicAddress = try value("PUBLIC_ADDRESS")
    }

    func forwards() throws -> [Forward] {
        struct List: Decodable { var data: [[String: Value]] }
        let list = try JSONDecoder().decode(List.self, from: Data(call("GET").utf8))
        return try list.data.map { object in
            let fields = object.mapValues(\.text)
            return Forward(id: try #require(fields["_id"]), fields: fields.filter { $0.key != "_id" })
        }
    }

    func change(_ name: String, _ body: String) throws {
        let forward = try #require(try forwards().first { $0.fields["name"] == name })
        _ = try call("PUT", "/\(forward.id)", body)
    }

    func remove(_ forward: Forward) throws { _ = try call("DELETE", "/\(forward.id)") }

    /// Restores the forwards that existed before.
    func restore(_ before: [Forward]) throws {
        let now = try forwards()
        for forward in now where !before.contains(where: { $0.fields == forward.fields }) { try remove(forward) }
        for forward in before where !now.contains(where: { $0.fields == forward.fields }) {
            let flags = ["enabled", "log", "src_limiting_enabled"]
            let object = forward.fields.map { name, value in
                flags.contains(name) ? "\"\(name)\":\(value)" : "\"\(name)\":\"\(value)\""
            }
            _ = try call("POST", "", "{\(object.joined(separator: ","))}")
        }
    }

    /// `pvelab fault router …`
    func order(_ fault: String) throws {
        let folder = URL(filePath: keyFile).deletingLastPathComponent().path(percentEncoded: false)
        let outcome = try lab.run(".build/debug/pvelab", ["fault", "router", "--dir", folder, fault])
        try #require(outcome.status == 0, "\(outcome.output)")
    }

    private func call(_ method: String, _ path: String = "", _ body: String? = nil) throws -> String {
        let key = try String(contentsOfFile: keyFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let url = "https://\(address)/proxy/network/api/s/default/rest/portforward\(path)"
        let given = body.map { ["--data", $0, "-H", "Content-Type: application/json"] } ?? []
        let outcome = try lab.run("curl", ["-sS", "--insecure", "-X", method, "-H", "X-API-KEY: \(key)", url] + given)
        try #require(outcome.output.contains(#""rc":"ok""#), "\(method) \(path): \(outcome.output)")
        return outcome.output
    }

    private struct Value: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            text = try (try? container.decode(Bool.self)).map { String($0) } ?? container.decode(String.self)
        }
    }
}
