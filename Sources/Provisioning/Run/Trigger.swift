public import RemoteShell

/// A reload or restart that a change owes to a service.
public struct Trigger: Sendable, Hashable, Codable, CustomStringConvertible {
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        case reload, restart
    }

    public var action: Action
    /// A systemd unit, e.g. `postfix@-`.
    public var service: String

    public init(_ action: Action, _ service: String) {
        self.action = action
        self.service = service
    }

    public var description: String { "\(action.rawValue) \(service)" }

    /// Pays the trigger. A service that does not run is started by a restart, and left alone by a reload.
    public var payment: Script {
        switch action {
        case .reload: "systemctl try-reload-or-restart \(service)"
        case .restart: "systemctl restart \(service)"
        }
    }
}
