public import Foundation
import Synchronization

/// Selects the environment of every child process. No child gets a variable that holds a secret.
public enum ChildEnvironment: Sendable {
    /// The variables that ssh and the other local programs of our choice need. It is a list of allowed names.
    case minimal
    /// All variables except the secrets, for programs that the operator names, such as the command of a secret.
    case operators

    private static let secrets = Mutex<Set<String>>([])

    /// Hides an environment variable from every child of this process. Each variable that an inventory or a playbook
    /// names as the source of a secret is hidden when the file is read.
    public static func hide(_ name: String) { secrets.withLock { _ = $0.insert(name) } }

    private static let names: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TERM", "TMPDIR", "TZ",
        "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SSH_SK_PROVIDER",
        "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "KRB5CCNAME", "GNUPGHOME",
    ]
    private static let prefixes = ["LC_", "XDG_"]

    private static func isAllowed(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains(where: name.hasPrefix)
    }

    /// Returns the variables of `environment` that a child gets.
    public func variables(
        of environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [String: String] {
        let hidden = Self.secrets.withLock { $0 }
        return environment.filter { name, _ in
            guard !hidden.contains(name) else { return false }
            return switch self {
            case .minimal: Self.isAllowed(name)
            case .operators: true
            }
        }
    }
}
