/// A TCP port of the guest that external firewalls open, and that a router forwards.
struct OpenPort: Sendable, Hashable {
    /// The name by which its rules are known.
    let name: String
    let number: Int

    static let http = OpenPort(name: "http", number: 80)
    static func ssh(_ number: Int) -> OpenPort { OpenPort(name: "ssh", number: number) }
}

extension OpenPort: CustomStringConvertible {
    var description: String { "\(number)/tcp" }
}
