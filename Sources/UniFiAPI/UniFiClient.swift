import Foundation
public import HTTPTransport

/// Calls the Network API of one UniFi console, for one of its sites.
///
/// Ubiquiti has published no reference of these paths; they are known from the clients that are in use. Nothing is ever
/// sent twice, except what the console did not let in.
public struct UniFiClient: Sendable {
    public let endpoint: Endpoint
    private let session: UniFiSession

    /// A client over libcurl; contacts nothing yet.
    ///
    /// - Parameter site: the word in the address of the site's page, `default` for the first one: letters and digits.
    /// - Parameter credentials: the first that the console lets in are used.
    public init(endpoint: Endpoint, trust: Trust, site: String, credentials: [UniFiCredentials]) {
        let wire = CurlExchange(endpoint: endpoint, trust: trust, patience: .unifi)
        self.init(endpoint: endpoint, site: site, credentials: credentials, wire: wire)
    }

    /// A client over any way to the console.
    public init(endpoint: Endpoint, site: String, credentials: [UniFiCredentials], wire: any Exchange) {
        self.endpoint = endpoint
        session = UniFiSession(endpoint: endpoint, site: site, credentials: credentials, wire: wire)
    }

    private static let path = "/rest/portforward"

    /// `GET …/rest/portforward`
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

    /// `POST …/rest/portforward`. That it was taken does not mean that it was made: read it back.
    ///
    /// - Throws: ``UniFiError``; `CancellationError`
    public func add(_ rule: PortForwardRule) async throws {
        _ = try await session.call("POST", Self.path, body: try JSONEncoder().encode(rule))
    }

    /// `PUT …/rest/portforward/{id}`; other fields than the rule's stay as they are.
    ///
    /// - Throws: ``UniFiError``; `CancellationError`
    public func set(_ rule: PortForwardRule, of id: String) async throws {
        _ = try await session.call("PUT", "\(Self.path)/\(id)", body: try JSONEncoder().encode(rule))
    }

    /// `DELETE …/rest/portforward/{id}`
    ///
    /// - Throws: ``UniFiError``; `CancellationError`
    public func remove(_ id: String) async throws {
        _ = try await session.call("DELETE", "\(Self.path)/\(id)")
    }

    private struct Envelope: Decodable { var data: [PortForward] }
}

extension Patience {
    /// A gateway that is busy takes some seconds.
    static let unifi = Patience(question: .seconds(20), change: .seconds(40), idle: .seconds(4))
}
