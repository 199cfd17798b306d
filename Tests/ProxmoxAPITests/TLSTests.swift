import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

extension `Over TLS` {
    @Suite
    struct `The node's certificate` {
        private static let version = #"{"data":{"version":"9.2.11","release":"9.2","repoid":"14a22df35955d97d"}}"#

        private func client(_ endpoint: Endpoint, _ trust: Trust) -> Client {
            Client(
                endpoint: endpoint,
                credentials: Client.token,
                wire: CurlExchange(endpoint: endpoint, trust: trust, patience: .proxmox),
                pauses: []
            )
        }

        /// Calls `GET /version` while the peer responds.
        private func version(_ certificate: Certificate, _ trust: Trust) async throws -> (Version, heard: String) {
            let peer = try await TLSPeer(certificate)
            let client = client(peer.endpoint, trust)
            async let version = client(.version())
            await peer.wait(for: "\r\n\r\n")
            try await peer.answer(Self.version)
            return (try await version, await peer.end())
        }

        /// Calls `GET /version` at a peer that must be rejected.
        private func refusal(
            _ certificate: Certificate,
            _ trust: Trust,
            connects: Bool = true
        ) async throws -> (APIError?, heard: String, Endpoint) {
            let peer = try await TLSPeer(certificate)
            let client = client(peer.endpoint, trust)
            let error = await #expect(throws: APIError.self) { try await client(.version()) }
            if connects { await peer.waitForRefusal() }
            return (error, await peer.end(), peer.endpoint)
        }

        @Test func `is accepted if its fingerprint is pinned, whatever its name`() async throws {
            let certificate = try await Certificate(for: "DNS:elsewhere.example")
            defer { certificate.remove() }
            let (version, heard) = try await version(certificate, .fingerprint(certificate.fingerprint()))
            #expect(version.number == Release(9, 2))
            #expect(heard.contains("GET /api2/json/version HTTP/1.1\r\n"))
            #expect(heard.contains("Authorization: PVEAPIToken=mx@pve!ctl=5ec2e700-0000\r\n"))
            #expect(!heard.contains("Expect:"))
        }

        @Test func `is rejected if its fingerprint differs, before a byte of the request is sent`() async throws {
            let (certificate, other) = (try await Certificate(), try await Certificate())
            defer { [certificate, other].forEach { $0.remove() } }
            let (error, heard, endpoint) = try await refusal(certificate, .fingerprint(other.fingerprint()))
            let pinned = try await other.fingerprint().description
            let shown = try await certificate.fingerprint().description
            #expect(error == .untrusted(endpoint, pinned: pinned, shown: shown))
            #expect(!heard.contains("GET") && !heard.contains("PVEAPIToken"))
        }

        @Test func `is accepted if the authority has signed it and its name matches`() async throws {
            let certificate = try await Certificate()
            defer { certificate.remove() }
            let (version, _) = try await version(certificate, .authority(file: certificate.path))
            #expect(version.release == "9.2")
        }

        @Test func `is rejected with another authority`() async throws {
            let (certificate, other) = (try await Certificate(), try await Certificate())
            defer { [certificate, other].forEach { $0.remove() } }
            let (error, heard, endpoint) = try await refusal(certificate, .authority(file: other.path))
            guard case .untrusted(endpoint, pinned: nil, shown: let reason?) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("self-signed certificate"))
            #expect(!heard.contains("GET") && !heard.contains("PVEAPIToken"))
        }

        @Test func `is rejected for another name`() async throws {
            let certificate = try await Certificate(for: "DNS:elsewhere.example")
            defer { certificate.remove() }
            let (error, heard, endpoint) = try await refusal(certificate, .authority(file: certificate.path))
            guard case .untrusted(endpoint, pinned: nil, shown: let reason?) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("127.0.0.1"))
            #expect(!heard.contains("GET") && !heard.contains("PVEAPIToken"))
        }

        @Test func `is not checked if the CA file is missing or invalid`() async throws {
            let certificate = try await Certificate()
            defer { certificate.remove() }
            let empty = certificate.folder.appending(path: "empty.pem").path
            try Data("nothing\n".utf8).write(to: URL(filePath: empty))
            for file in [empty, "/nonexistent/ca.pem"] {
                let (error, heard, _) = try await refusal(certificate, .authority(file: file), connects: false)
                #expect(error == .authorityUnreadable(file: file))
                #expect(!heard.contains("GET"))
            }
        }
    }
}
