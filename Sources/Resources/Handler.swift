public import RemoteShell

/// A reload or restart of a service that a change needs.
public struct Handler: Sendable, Hashable, Codable, CustomStringConvertible {
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        case reload, restart
    }

    public var action: Action
    /// A systemd unit, e.g. `cron`.
    public var service: String

    public init(_ action: Action, _ service: String) {
        self.action = action
        self.service = service
    }

    public var description: String { "\(action.rawValue) \(service)" }

    /// Runs the handler. If the service is not running, a restart starts it and a reload does nothing.
    public var script: Script {
        switch action {
        case .reload: "systemctl try-reload-or-restart \(service)"
        case .restart: "systemctl restart \(service)"
        }
    }
}
