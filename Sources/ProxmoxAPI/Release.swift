/// A release of Proxmox VE by its first two numbers, which determine its rules: 7.4, 8.4, 9.2.
public struct Release: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses `8.4`, `8.4.21` or `7.4-17`. Fails if the text does not begin with two numbers.
    public init?(_ text: String) {
        guard let match = text.prefixMatch(of: /(\d+)\.(\d+)/), let major = Int(match.1), let minor = Int(match.2)
        else { return nil }
        self.init(major, minor)
    }

    public static func < (one: Release, other: Release) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }

    public var description: String { "\(major).\(minor)" }
}
