/// An object in the guest that a resource owns. Its probe detects damage to the object, and its repair script repairs
/// it.
public enum ManagedObject: Sendable, Hashable, Comparable, CustomStringConvertible {
    case file(String)
    case directory(String)
    /// A systemd unit.
    case unit(String)
    /// A Debian package.
    case package(String)

    public var description: String {
        switch self {
        case .file(let path), .directory(let path): path
        case .unit(let name): "unit \(name)"
        case .package(let name): "package \(name)"
        }
    }

    public static func < (one: ManagedObject, other: ManagedObject) -> Bool { one.description < other.description }
}
