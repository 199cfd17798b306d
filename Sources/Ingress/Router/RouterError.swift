public import ConfigurationFiles
import Engine
public import Foundation
public import Resources

/// Why mail does not pass the router.
public enum RouterError: Error, Sendable, Equatable {
    /// A forward that is not ours has the port; it was kept unchanged.
    case portTaken(String, console: String, name: String, target: String, own: String)
    case severalOfTheName(String, console: String, count: Int)
    /// The console accepted the change, but returns something else afterwards.
    case notAdopted(console: String, [Change])
    /// The guest has no IPv4 address that other hosts can use.
    case noAddress(guest: Int)
    /// The result of the check at the site's public address; `order` is the forward that mail needs.
    case notReached(IPAddress, port: Int, ReachabilityCheck, order: String)
}

extension RouterError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .portTaken(let port, let console, let name, _, _):
            "port \(port) is already forwarded by the UniFi console at \(console), by its rule `\(name)`"
        case .severalOfTheName(let name, let console, let count):
            "the UniFi console at \(console) has \(count) port forwards with the name `\(name)`"
        case .notAdopted(let console, _):
            "the UniFi console at \(console) accepted the change of the port forward but did not apply it"
        case .noAddress(let guest): "guest \(guest) has no IPv4 address to which the router could forward a port"
        case .notReached(let address, let port, let sight, _): sight.phrase(address, port: port)
        }
    }

    public var failureReason: String? {
        switch self {
        case .portTaken(_, _, _, let target, _): "it forwards to \(target)"
        case .notAdopted(_, let changes):
            changes.map { "\($0.subject) is \($0.before ?? "absent"), expected \($0.after ?? "absent")" }
                .joined(separator: "\n")
        case .notReached(_, _, .stranger(let text), _), .notReached(_, _, .mute(let text), _): text
        case .severalOfTheName, .noAddress, .notReached: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .portTaken(_, _, _, _, let own):
            "Remove that rule, or rename it to `\(own)` so that mxprovision manages it. Then run `up` again."
        case .severalOfTheName: "Remove all but one of them there, and run the command again."
        case .notAdopted:
            "Check that the key's admin may change settings and that the console manages a gateway, then run the command again."
        case .noAddress: "Check in the guest why DHCP assigns no address: `networkctl status eth0`."
        case .notReached(_, _, .stranger, let order):
            "Check that no other forward and no filter of the provider uses the port. Mail needs this forward: \(order)."
        case .notReached(_, _, _, let order):
            "Check the router, its firewall and the provider's for this forward: \(order). Then run `up` again."
        }
    }
}
