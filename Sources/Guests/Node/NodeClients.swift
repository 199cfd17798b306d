import ConfigurationFiles
import HTTPTransport
package import ProxmoxAPI
import Secrets
import Synchronization

/// The API clients of the nodes that a process calls. Sites that reach their node in the same way share one: its secret
/// is read only once, even if a program provides it, and there is one login.
public final class NodeClients: Sendable {
    private struct Shared {
        let client: Client
        var users = 0
    }

    private let nodes: SharedNodes
    private let shared = Mutex<[ProxmoxAccess: Shared]>([:])

    public convenience init() { self.init(nodes: SharedNodes()) }

    init(nodes: SharedNodes) { self.nodes = nodes }

    /// Loads what clients need in a thread of its own. Call it before reading the files of sites.
    public func prepare() { CurlExchange.prepare() }

    /// Returns the client of a node. Reads the secret, contacts nothing.
    ///
    /// - Throws: what the secret's source throws.
    package func client(of access: ProxmoxAccess, environment: [String: String]) throws -> Client {
        let known = shared.withLock { shared in
            shared[access]?.users += 1
            return shared[access]?.client
        }
        if let known { return known }
        let credentials: Credentials =
            switch access.credential {
            case .token(let id, let source):
                .token(id: id, secret: try source.read(environment: environment).reveal())
            case .login(let user, let source):
                .login(user: user, password: try source.read(environment: environment).reveal())
            }
        let client = nodes.client(
            endpoint: access.endpoint, trust: access.trust.transportTrust, credentials: credentials)
        return shared.withLock { shared in
            shared[access, default: Shared(client: client)].users += 1
            return shared[access]?.client ?? client
        }
    }

    /// Releases a site's use of a node. The connections to a node are closed when its last site has left.
    public func leave(_ access: ProxmoxAccess) {
        let isLast = shared.withLock { shared in
            shared[access]?.users -= 1
            return shared[access]?.users == 0
        }
        if isLast { nodes.close(endpoint: access.endpoint, trust: access.trust.transportTrust) }
    }
}

extension ProxmoxAccess {
    fileprivate var endpoint: Endpoint { Endpoint(host: host, port: port) }
}
