import ConfigurationFiles

/// The result of a connection from outside to a public address of a site.
public enum ReachabilityCheck: Sendable, Equatable {
    case answers(greeting: String)
    /// A greeting that does not contain the guest's name.
    case stranger(greeting: String)
    /// Connected, but received no greeting.
    case mute(reason: String)
    case refused
    case silent
    case noRoute(reason: String)
}

extension ReachabilityCheck {
    func phrase(_ address: IPAddress, port: Int) -> String {
        switch self {
        case .stranger: "on port \(port) of \(address) another server answers than the guest"
        case .mute: "port \(port) of \(address) takes a connection, and no mail server greets"
        case .refused: "\(address) refuses connections to its port \(port)"
        case .silent: "port \(port) of \(address) does not answer"
        case .noRoute: "there is no way to \(address)"
        case .answers: "port \(port) of \(address) answers"
        }
    }
}
