/// The API variant of the Network application: within UniFi OS, or standalone.
enum UniFiFront: Sendable, CaseIterable {
    case unifiOS, classic

    var port: Int { self == .unifiOS ? 443 : 8443 }
    var loginPath: String { self == .unifiOS ? "/api/auth/login" : "/api/login" }
    var root: String { self == .unifiOS ? "/proxy/network" : "" }
    var sessionCookie: String { self == .unifiOS ? "TOKEN" : "unifises" }
}

struct UniFiRequest: Sendable {
    var method: String
    /// The path without the query.
    var path: String
    /// The header fields by lower-case name.
    var headers: [String: String] = [:]
    var body = ""

    var cookies: [String: String] {
        Dictionary(
            (headers["cookie"] ?? "").split(separator: ";").compactMap { pair in
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingPrefix(" ") }
                return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
            },
            uniquingKeysWith: { $1 }
        )
    }
}

struct UniFiReply: Sendable, Equatable {
    var status: Int
    var headers: [String] = []
    var type = "application/json; charset=utf-8"
    var body: String

    /// Returns the response of the Network application. `objects` are JSON.
    static func ok(_ objects: [String] = []) -> UniFiReply {
        UniFiReply(status: 200, body: #"{"meta":{"rc":"ok"},"data":[\#(objects.joined(separator: ","))]}"#)
    }

    static func refused(_ status: Int, _ code: String, field: String? = nil) -> UniFiReply {
        let detail = field.map { #","validationError":{"field":"\#($0)","pattern":""}"# } ?? ""
        return UniFiReply(status: status, body: #"{"meta":{"rc":"error","msg":"\#(code)"\#(detail)},"data":[]}"#)
    }

    /// Returns an error of UniFi OS itself, which does not reach the Network application.
    static func barred(_ status: Int, _ message: String) -> UniFiReply {
        UniFiReply(status: status, body: #"{"error":{"code":\#(status),"message":"\#(message)"}}"#)
    }

    static func page(_ title: String) -> UniFiReply {
        UniFiReply(
            status: 200, type: "text/html; charset=utf-8",
            body: "<!doctype html><html><head><title>\(title)</title></head><body><div id=\"root\"></div></body></html>"
        )
    }
}
