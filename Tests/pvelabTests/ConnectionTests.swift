import Foundation
import Testing

@testable import pvelab

@Suite(.timeLimit(.minutes(10))) struct `The lab's connections` {
    @Test func `a connection serves a hundred requests`() async throws {
        try await withServer { _, port in
            let answers = try await talk(port, Array(repeating: "GET /api2/json/version HTTP/1.1", count: 120))
            #expect(answers.count(of: "HTTP/1.1 200 OK") == 100)
            #expect(answers.count(of: "Connection: Keep-Alive") == 99)
            #expect(answers.count(of: "Connection: close") == 1)
        }
    }

    @Test func `an error ends the connection`() async throws {
        try await withServer { _, port in
            let lines = ["GET /api2/json/version HTTP/1.1", "GET /api2/json/nope HTTP/1.1"]
            let answers = try await talk(port, lines + lines)
            #expect(answers.count(of: "HTTP/1.1 200 OK") == 1)
            #expect(answers.count(of: "HTTP/1.1 501 Method 'GET /nope' not implemented") == 1)
            #expect(answers.hasSuffix(#"not implemented"}"#))
        }
    }

    @Test func `an idle connection is closed`() async throws {
        try await withServer { _, port in
            let answers = try await talk(port, [])
            #expect(answers.isEmpty)
        }
        #expect(APIServer.Settings(host: "", certificate: "", privateKey: "").idleLimit == .seconds(5))
    }

    @Test func `a dropped call is executed without a response`() async throws {
        try await withServer { server, port in
            await server.node.order(APIFault(method: "PUT", path: "/nodes/pve2/lxc/100/config", kind: .dropped))
            let answers = try await talk(port, ["PUT /api2/json/nodes/pve2/lxc/100/config?memory=300 HTTP/1.1"])
            #expect(answers.isEmpty)
            #expect(try await server.node.guest(100).options["memory"] == "300")
        }
    }

    @Test func `a truncated response ends in its middle`() async throws {
        try await withServer { server, port in
            await server.node.order(APIFault(method: "GET", path: "/version", kind: .truncated))
            let answers = try await talk(port, ["GET /api2/json/version HTTP/1.1"])
            #expect(answers.contains("Content-Length: \(wholeVersion.utf8.count)"))
            #expect(answers.hasSuffix(wholeVersion.prefix(wholeVersion.utf8.count / 2)))
            #expect(try await talk(port, ["GET /api2/json/version HTTP/1.1"]).hasSuffix(wholeVersion))
        }
    }

    private let wholeVersion = #"{"data":{"release":"9.2","repoid":"14a22df35955d97d","version":"9.2.11"}}"#

    /// Sends requests over one connection without waiting for responses, and reads until the lab closes it.
    private func talk(_ port: Int, _ lines: [String]) async throws -> String {
        let requests = lines.map {
            "\($0)\r\nHost: lab\r\nAuthorization: \(Asker.root.authorization)\r\nContent-Length: 0\r\n\r\n"
        }
        let client = Tool("timeout", "20", "openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)")
        let outcome = try await client.outcome(input: requests.joined())
        #expect(outcome.status != 124, "the connection stayed open")
        return outcome.output
    }

    private func withServer(_ body: (APIServer, Int) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pvelab-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Tool(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc",
            "-subj", "/CN=localhost", "-keyout", folder + "/key.pem", "-out", folder + "/certificate.pem"
        )
        .run()
        var seed = Seed.lab(tokenSecret: "", rootPassword: "")
        seed.access = Asker.access
        var settings = APIServer.Settings(
            host: "127.0.0.1",
            port: 0,
            certificate: folder + "/certificate.pem",
            privateKey: folder + "/key.pem"
        )
        settings.idleLimit = .seconds(1)
        let server = APIServer(settings: settings, runtime: RuntimeDouble(), seed: seed)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await server.run { port.yield($0) }
                port.finish()
            }
            var iterator = ports.makeAsyncIterator()
            try await body(server, #require(await iterator.next()))
            group.cancelAll()
        }
    }
}

extension String {
    fileprivate func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
