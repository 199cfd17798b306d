/// A value as one JSON object with the members that all our objects have: `v`, `site` and `event`.
///
/// The members of an object are added next to them. A value that is not an object becomes the member `value`, and nil
/// adds nothing.
struct Record<Content: Encodable & Sendable>: Encodable, Sendable {
    var event: String
    var site: String
    var content: Content

    init(_ event: String, of site: String, _ content: Content) {
        self.event = event
        self.site = site
        self.content = content
    }

    func encode(to encoder: any Encoder) throws {
        var members: [String: JSON] =
            switch try JSON(content) {
            case .object(let members): members
            case .null: [:]
            case let value: ["value": value]
            }
        members["v"] = .integer(Int64(JSONLine.version))
        members["site"] = .text(site)
        members["event"] = .text(event)
        try JSON.object(members).encode(to: encoder)
    }
}
