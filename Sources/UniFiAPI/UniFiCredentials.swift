/// The credentials of a console. They are never printed: every textual form omits the secret.
public enum UniFiCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// An API key of an admin, in the header `X-API-KEY`.
    case key(String)
    /// A local admin without a second factor: `POST /api/auth/login` on UniFi OS, `POST /api/login` on a classic
    /// controller.
    case login(user: String, password: String)

    /// The name for messages.
    public var name: String {
        switch self {
        case .key: "the API key"
        case .login(let user, _): "`\(user)`"
        }
    }

    public var description: String { "\(name) •••" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(reflecting: description) }
}
