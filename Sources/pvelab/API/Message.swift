/// A request, independent of the server that read it.
struct Request: Sendable {
    var method: String
    /// The target of the request line.
    var target: String
    /// The header fields by lower-case name.
    var headers: [String: String] = [:]
    var body = ""
}

/// A response: status line, content type and body.
struct Reply: Sendable {
    var status: Int
    var reason: String
    /// The content type, or nil for responses of the HTTP layer itself.
    var type: String?
    var body: String
    /// The damage of the response, or nil if it is sent intact.
    var damage: Damage?

    enum Damage: String, Sendable {
        case unsent, cut
    }

    func damaged(_ damage: Damage) -> Reply {
        var copy = self
        copy.damage = damage
        return copy
    }

    init(_ answer: Answer) {
        var members = ["data": answer.data]
        if let total = answer.total, total > 0 { members["total"] = .int(total) }
        self.init(status: 200, reason: "OK", type: Self.json, body: JSON.object(members).encoded)
    }

    init(_ failure: Failure) {
        let reason = failure.message.split(separator: "\n").first.map(String.init) ?? ""
        if failure.isTransport {
            self.init(
                status: failure.status,
                reason: reason,
                type: nil,
                body: failure.isSilent ? "" : failure.message
            )
        } else {
            var members: [String: JSON] = ["data": .null, "message": .text(failure.text)]
            if !failure.errors.isEmpty { members["errors"] = .object(failure.errors.mapValues { .text($0) }) }
            self.init(status: failure.status, reason: reason, type: Self.json, body: JSON.object(members).encoded)
        }
    }

    private init(status: Int, reason: String, type: String?, body: String) {
        self.status = status
        self.reason = reason
        self.type = type
        self.body = body
    }

    private static let json = "application/json;charset=UTF-8"
}
