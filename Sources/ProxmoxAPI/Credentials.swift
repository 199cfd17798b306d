/// The credentials of an API caller. They are never printed: every textual form omits the secret.
public enum Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// An API token: its full id `user@realm!name`, and its secret (proxmox-api: `Authorization: PVEAPIToken=…`).
    case token(id: String, secret: String)
    /// A user of a realm with a password, `user@realm`: `POST /access/ticket`.
    case login(user: String, password: String)

    /// The name for messages.
    public var name: String {
        switch self {
        case .token(let id, _): id
        case .login(let user, _): user
        }
    }

    public var description: String { "\(name) •••" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(reflecting: description) }
}
