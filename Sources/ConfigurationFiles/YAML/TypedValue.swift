/// The value of a variable that is not a text, with its description for error messages: `an alert channel list`.
// `init` accepts only Sendable values, and nothing changes the value afterwards.
public struct TypedValue: @unchecked Sendable, Hashable {
    private let content: AnyHashable
    package let phrase: String

    public init(_ content: some Hashable & Sendable, phrase: String) {
        self.content = AnyHashable(content)
        self.phrase = phrase
    }

    /// Returns the value, or nil if it has another type.
    public func content<Value>(as type: Value.Type = Value.self) -> Value? { content.base as? Value }
}
