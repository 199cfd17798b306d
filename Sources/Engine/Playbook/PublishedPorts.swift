public import ConfigurationFiles

/// The ports that a playbook's service needs from outside the guest: what firewalls open and a router forwards.
public struct PublishedPorts: Sendable, Hashable {
    /// Opened after the verification.
    public var published: [NetworkPort]
    /// Opened before the steps: a certificate authority connects to port 80 before it signs.
    public var early: [NetworkPort]

    public init(published: [NetworkPort] = [], early: [NetworkPort] = []) {
        self.published = published
        self.early = early
    }
}

extension PublishedPorts {
    init(_ parameters: inout Parameters) {
        self.init(
            published: parameters.optionalValues("published") ?? [], early: parameters.optionalValues("early") ?? [])
        for (key, ports) in [("published", published), ("early", early)] {
            for (item, port) in ports.enumerated() where ports[..<item].contains(port) {
                parameters.wrong(key, item: item, "duplicate port \(port)")
            }
        }
        for (item, port) in early.enumerated() where published.contains(port) {
            parameters.wrong("early", item: item, "\(port) is in `published` too; expected only one of them")
        }
    }
}
