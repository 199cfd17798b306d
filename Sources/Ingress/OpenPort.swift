/// A TCP port of the guest that external firewalls open, and that a router forwards.
package struct OpenPort: Sendable, Hashable {
    /// The name by which its rules are known.
    package let name: String
    package let number: Int

    package init(
        name: String,
        number: Int
    ) {
        self.name = name
        self.number = number
    }

    package static let http = OpenPort(name: "http", number: 80)
    package static func ssh(_ number: Int) -> OpenPort { OpenPort(name: "ssh", number: number) }
}

extension OpenPort: CustomStringConvertible {
    package var description: String { "\(number)/tcp" }
}
