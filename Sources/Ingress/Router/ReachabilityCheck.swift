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
        case .stranger: "port \(port) of \(address) leads to another server than the guest"
        case .mute: "port \(port) of \(address) accepts connections, but sends no greeting"
        case .refused: "\(address) refuses connections to port \(port)"
        case .silent: "port \(port) of \(address) does not answer"
        case .noRoute: "there is no route to \(address)"
        case .answers: "port \(port) of \(address) answers"
        }
    }
}
