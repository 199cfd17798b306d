import Foundation
import Testing

@testable import pvelab

@Suite struct `The lab's name server and daemon` {
    @Test(arguments: Zone.all.map(\.origin))
    func `BIND accepts every zone`(origin: String) async throws {
        let zone = try #require(Zone.all.first { $0.origin == origin })
        let file = scratch("zone")
        defer { try? FileManager.default.removeItem(atPath: file) }
        try LabFolder.write(zone.text, to: file)
        let said = try await Tool("sh", "-c", #"PATH=$PATH:/usr/sbin exec named-checkzone "$@""#, "sh", origin, file)
            .run()
        #expect(said.hasSuffix("OK\n"))
    }

    @Test func `the domain has the article's two mail exchangers, in its order`() throws {
        let zone = try #require(Zone.all.first { $0.origin == Topology.domain })
        #expect(zone.records.filter { $0.contains(" MX ") } == ["@ IN MX 10 mail", "@ IN MX 20 mail-backup"])
    }

    @Test func `a command line is sent to the daemon and its response returned`() async throws {
        let socket = ControlSocket(path: scratch("sock"))
        defer { try? FileManager.default.removeItem(atPath: socket.path) }
        try socket.serve { ControlAnswer(status: 3, output: $0.joined(separator: "|"), error: "é\n") }
        let words = ["pct", "it's", "", String(repeating: "x", count: 300_000)]
        #expect(
            try await socket.ask(words) == ControlAnswer(status: 3, output: words.joined(separator: "|"), error: "é\n")
        )
    }

    @Test func `a missing socket means that the lab is not up`() async {
        await #expect(throws: LabError.notUp) { try await ControlSocket(path: scratch("none")).ask(["ping"]) }
    }

    @Test func `a dead daemon's socket fails, and a new daemon replaces it`() async throws {
        let path = scratch("sock")
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try UnixSocket.listen(at: path)
        let socket = ControlSocket(path: path)
        #expect(await !socket.isAnswering)
        try socket.serve { _ in ControlAnswer() }
        #expect(await socket.isAnswering)
    }

    private func scratch(_ ending: String) -> String {
        NSTemporaryDirectory() + "pvelab-\(UUID().uuidString.prefix(8)).\(ending)"
    }
}
