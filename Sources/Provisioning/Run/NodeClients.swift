import HTTPTransport
import ProxmoxAPI
import RemoteShell
import Synchronization

/// The clients of the nodes that a process calls. Sites whose node is reached in the same way have one: its secret is read
/// once, whatever program has to be asked for it, and there is one login.
public final class NodeClients: Sendable {
    private let nodes: SharedNodes
    private let clients = Mutex<[ProxmoxAccess: Client]>([:])

    public convenience init() { self.init(nodes: SharedNodes()) }

    init(nodes: SharedNodes) { self.nodes = nodes }

    /// Reads the secret, contacts nothing.
    ///
    /// - Throws: what the secret's source throws.
    func client(of access: ProxmoxAccess, environment: [String: String]) throws -> Client {
        if let client = clients.withLock({ $0[access] }) { return client }
        let credentials: Credentials =
            switch access.credential {
            case .token(let id, let source):
                .token(id: id, secret: try source.read(environment: environment).reveal())
            case .login(let user, let source):
                .login(user: user, password: try source.read(environment: environment).reveal())
            }
        let client = nodes.client(
            endpoint: Endpoint(host: access.host, port: access.port), trust: access.trust.transportTrust,
            credentials: credentials)
        clients.withLock { $0[access] = client }
        return client
    }
}
