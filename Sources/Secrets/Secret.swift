/// A value that is never printed: a token, a password, a private key.
///
/// Every textual form of it is `•••`. Only ``reveal()`` returns the value.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    public init(_ value: String) { self.value = value }

    /// Returns the value itself, for the code that sends it.
    public func reveal() -> String { value }

    public var description: String { "•••" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(reflecting: description) }
}
