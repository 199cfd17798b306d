import Foundation
public import HTTPTransport

/// A client for the Network API of one UniFi console, for one of its sites.
///
/// Ubiquiti has published no reference for these paths; they are known from the clients in use. No call is sent twice,
/// except one that the console rejected for its credentials.
public struct UniFiClient: Sendable {
    /// The address of the console.
    public let endpoint: Endpoint
    private let session: UniFiSession

    /// Creates a client that uses libcurl, without contacting the console.
    ///
    /// - Parameter site: the site's name in the address of its page, `default` for the first one: letters and digits.
    /// - Parameter credentials: the credentials to try, in order; the first that the console accepts are used.
    public init(endpoint: Endpoint, trust: Trust, site: String, credentials: [UniFiCredentials]) {
        let wire = CurlExchange(endpoint: endpoint, trust: trust, patience: .unifi)
        self.init(endpoint: endpoint, site: site, credentials: credentials, wire: wire)
    }

    /// Creates a client that uses another transport.
    public init(endpoint: Endpoint, site: String, credentials: [UniFiCredentials], wire: any Exchange) {
        self.endpoint = endpoint
        session = UniFiSession(endpoint: endpoint, site: site, credentials: credentials, wire: wire)
    }

    private static let path = "/rest/portforward"

    /// Returns the port forwards of the site: `GET …/rest/portforward`.
    ///
    /// - Throws: ``UniFiError``; `CancellationError`
    public func portForwards() async throws -> [PortForward] {
        let body = try await session.call("GET", Self.path)
        do {
            return try JSONDecoder().decode(Envelope.self, from: body).data
        } catch let error as DecodingError {
            throw UniFiError.unreadable(endpoint, call: "GET \(Self.path)", reason: error.reason)
        }
    }

    /// Creates a port forward: `POST …/rest/portforward`. A success does not prove that it exists, so read it back.
    ///
    /// - Throws: ``UniFiError``; `CancellationError`
    public func add(_ rule: PortForwardRule) async throws {
        _ = try await session.call("POST", Self.path, body: try JSONEncoder().encode(rule))
    }

    /// Changes a port forward: `PUT …/rest/portforward/{id}`. Fields that the rule does not have stay unchanged.
    ///
    /// - Throws: ``UniFiError``; `CancellationError`
    public func set(_ rule: PortForwardRule, of id: String) async throws {
        _ = try await session.call("PUT", "\(Self.path)/\(id)", body: try JSONEncoder().encode(rule))
    }

    /// Deletes a port forward: `DELETE …/rest/portforward/{id}`.
    ///
    /// - Throws: ``UniFiError``; `CancellationError`
    public func remove(_ id: String) async throws {
        _ = try await session.call("DELETE", "\(Self.path)/\(id)")
    }

    private struct Envelope: Decodable { var data: [PortForward] }
}

extension TransferTimeouts {
    /// The limits for a console. A busy gateway takes several seconds for an answer.
    static let unifi = TransferTimeouts(question: .seconds(20), change: .seconds(40), idle: .seconds(4))
}
