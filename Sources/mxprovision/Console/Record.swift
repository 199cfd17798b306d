/// A value as one JSON object, with what every object that we print has: `v`, `site` and `event`.
struct Record<Content: Encodable & Sendable>: Encodable, Sendable {
    var event: String
    var site: String
    var content: Content

    init(_ event: String, of site: String, _ content: Content) {
        self.event = event
        self.site = site
        self.content = content
    }

    private enum Key: String, CodingKey { case v, site, event }

    func encode(to encoder: any Encoder) throws {
        try content.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(JSONLine.version, forKey: .v)
        try container.encode(site, forKey: .site)
        try container.encode(event, forKey: .event)
    }
}
