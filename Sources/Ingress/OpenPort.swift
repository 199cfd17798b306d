package import ConfigurationFiles

/// A port of the guest that external firewalls open, and that a router forwards.
package struct OpenPort: Sendable, Hashable {
    /// The name by which its rules are known.
    package let name: String
    package let port: NetworkPort

    package init(name: String, _ port: NetworkPort) {
        self.name = name
        self.port = port
    }

    /// A port of a playbook. The rules of some have had a name of their own since version 0.1.
    package init(_ port: NetworkPort) {
        let name = Self.names[port] ?? "\(port.number)-\(port.transport.rawValue)"
        self.init(name: name, port)
    }

    private static let names = [NetworkPort(25): "smtp", NetworkPort(80): "http"]

    package static func ssh(_ number: Int) -> OpenPort { OpenPort(name: "ssh", NetworkPort(number)) }

    package var number: Int { port.number }
    package var transport: String { port.transport.rawValue }
}

extension OpenPort: CustomStringConvertible {
    package var description: String { port.description }
}
