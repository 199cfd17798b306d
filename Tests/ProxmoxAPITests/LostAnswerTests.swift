import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

extension `Over TLS` {
    @Suite
    struct `An incomplete response` {
        private let guest = GuestID(rawValue: 150)
        private static let upid = "UPID:node:00000C0D:000F1206:69248100:vzclone:100:mx@pve!ctl:"

        /// Starts a peer and a client that trusts it, and always ends the peer.
        private func with<Result>(
            pauses: [Duration] = [],
            _ body: (TLSPeer, Client) async throws -> Result
        ) async throws -> Result {
            let certificate = try await Certificate()
            defer { certificate.remove() }
            let peer = try await TLSPeer(certificate)
            let wire = CurlExchange(
                endpoint: peer.endpoint, trust: .fingerprint(try await certificate.fingerprint()), patience: .proxmox)
            let client = Client(endpoint: peer.endpoint, credentials: Client.token, wire: wire, pauses: pauses)
            do {
                let result = try await body(peer, client)
                _ = await peer.end()
                return result
            } catch {
                _ = await peer.end()
                throw error
            }
        }

        private func clone() throws -> Request<TaskID> {
            let (template, guest) = (try GuestID(checking: 100), try #require(guest))
            return .clone(template, as: guest, on: try NodeName(checking: "node"), description: "a; b=c+d")
        }

        @Test func `to a POST may mean that it was executed, and the POST is sent once`() async throws {
            try await with(pauses: [.zero, .zero]) { peer, client in
                let request = try clone()
                let call = Task { try await client(request) }
                await peer.wait(for: "description=a%3B%20b%3Dc%2Bd")
                try await peer.hangUp()
                let error = await #expect(throws: APIError.self) { try await call.value }
                guard case .answerLost = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(await peer.end().ranges(of: "POST /api2").count == 1)
            }
        }

        @Test func `is reported if it is truncated`() async throws {
            try await with { peer, client in
                let request = try clone()
                let call = Task { try await client(request) }
                await peer.wait(for: "description=")
                try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"data\":\"UPID:nod")
                try await peer.hangUp()
                let error = await #expect(throws: APIError.self) { try await call.value }
                guard case .answerLost(_, let reason) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(reason.contains("remaining to read"))
            }
        }

        @Test func `to a GET is retried`() async throws {
            let version = try await with(pauses: [.zero]) { peer, client in
                async let call = client(.version())
                await peer.wait(for: "GET /api2/json/version")
                try await peer.hangUp()
                await peer.wait(for: "GET /api2/json/version", times: 2)
                try await peer.answer(#"{"data":{"version":"8.4.21","release":"8.4"}}"#)
                return try await call
            }
            #expect(version.number == Release(8, 4))
        }

        @Test func `times out, and the call may have been executed`() async throws {
            let certificate = try await Certificate()
            defer { certificate.remove() }
            let peer = try await TLSPeer(certificate)
            let short = TransferTimeouts(question: .milliseconds(300), change: .milliseconds(300), idle: .seconds(4))
            let trust = Trust.fingerprint(try await certificate.fingerprint())
            let wire = CurlExchange(endpoint: peer.endpoint, trust: trust, patience: short)
            for method in ["GET", "POST"] {
                let error = await #expect(throws: TransportError.self) {
                    _ = try await wire.send(WireRequest(method: method, target: "/", headers: [], body: nil))
                }
                guard case .answerLost(peer.endpoint, _) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            _ = await peer.end()
        }

        @Test func `is complete with its repeated headers`() async throws {
            let certificate = try await Certificate()
            defer { certificate.remove() }
            let peer = try await TLSPeer(certificate)
            let trust = Trust.fingerprint(try await certificate.fingerprint())
            let wire = CurlExchange(endpoint: peer.endpoint, trust: trust, patience: .proxmox)
            async let call = wire.send(WireRequest(method: "GET", target: "/", headers: [], body: nil))
            await peer.wait(for: "GET /")
            try await peer.send(
                "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nset-cookie:b=2\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
            )
            let answer = try await call
            #expect(answer.status == 302, "a redirect is not followed")
            #expect(answer.values(of: "set-cookie") == ["a=1; Path=/", "b=2"])
            #expect(answer.values(of: "x-early") == [])
            _ = await peer.end()
        }

        @Test func `ends when the caller is cancelled`() async throws {
            try await with { peer, client in
                let call = Task { try await client(.version()) }
                await peer.wait(for: "GET /api2/json/version")
                call.cancel()
                await #expect(throws: CancellationError.self) { try await call.value }
            }
        }

        @Test
        func `to a change uses a new connection, else the persistent one`() async throws {
            try await with { peer, client in
                for number in 1...2 {
                    async let call = client(.version())
                    await peer.wait(for: "GET /api2/json/version", times: number)
                    try await peer.answer(#"{"data":{"version":"9.2.11","release":"9.2"}}"#)
                    _ = try await call
                }
                #expect(await peer.text.ranges(of: "BEGIN SSL SESSION PARAMETERS").count == 1)
                let (guest, node) = (try #require(GuestID(rawValue: 110)), try NodeName(checking: "pve2"))
                async let swap = client(.configure(guest, on: node, set: ["onboot": "1"], digest: "abc"))
                await peer.wait(for: "digest=abc")
                try await peer.answer(#"{"data":null}"#)
                _ = try await swap
                #expect(await peer.text.ranges(of: "BEGIN SSL SESSION PARAMETERS").count == 1)
                async let call = client(clone())
                // The server serves one connection at a time: the new one waits for the end of the kept one.
                try await peer.hangUp()
                await peer.wait(for: "description=")
                try await peer.answer("{\"data\":\"\(Self.upid)\"}")
                #expect(try await call.type == "vzclone")
                #expect(await peer.text.ranges(of: "BEGIN SSL SESSION PARAMETERS").count == 2)
            }
        }

        @Test func `fails immediately on a closed port`() async throws {
            let certificate = try await Certificate()
            defer { certificate.remove() }
            let peer = try await TLSPeer(certificate)
            _ = await peer.end()
            let trust = Trust.fingerprint(try await certificate.fingerprint())
            let wire = CurlExchange(endpoint: peer.endpoint, trust: trust, patience: .proxmox)
            let client = Client(endpoint: peer.endpoint, credentials: Client.token, wire: wire, pauses: [.zero])
            let error = await #expect(throws: APIError.self) { try await client(.version()) }
            guard case .unreachable(peer.endpoint, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("Connection refused"))
        }
    }
}
