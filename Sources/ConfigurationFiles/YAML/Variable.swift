/// The value of a `{{ name }}` in a playbook.
public enum Variable: Sendable, Hashable {
    case text(String)
    case list([String])
    /// A boolean that only a step's `when` can use.
    case flag(Bool)
    /// A secret that only a parameter of that type can use.
    case secret(SecretSource)
    /// A value that only a parameter of its type can use.
    case value(TypedValue)
}
