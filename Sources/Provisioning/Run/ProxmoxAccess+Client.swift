import HTTPTransport
import ProxmoxAPI
import RemoteShell

extension ProxmoxAccess {
    /// A client of the site's node; reads the secret, contacts nothing.
    ///
    /// - Throws: what the secret's source throws.
    func client(environment: [String: String]) throws -> Client {
        let credentials: Credentials =
            switch credential {
            case .token(let id, let source):
                .token(id: id, secret: try source.read(environment: environment).reveal())
            case .login(let user, let source):
                .login(user: user, password: try source.read(environment: environment).reveal())
            }
        return Client(endpoint: Endpoint(host: host, port: port), trust: trust.transportTrust, credentials: credentials)
    }
}
