import Testing

@testable import pvelab

@Suite struct `The lab against exchanges recorded from a real Proxmox VE` {
    @Test(
        .enabled(if: Recording.areHere, Recording.absence),
        .timeLimit(.minutes(1)),
        arguments: [Recording(release: .v9_2, matching: 1), Recording(release: .v8_4, matching: 1)]
    )
    func `says what the real one said`(_ recording: Recording) async throws {
        let replay = Replay(recording.release)
        var matching = 0
        for exchange in try recording.exchanges() {
            let unasked = LeftOut.reason(unasked: exchange)
            let difference = try await replay.difference(in: exchange)
            if unasked != nil { continue }
            if let difference {
                Issue.record("\(exchange.position) \(exchange.name): \(exchange.method ?? "") \(exchange.target) \(difference)")
            } else {
                matching += 1
            }
        }
        print("matching", recording.release.rawValue, matching)
        #expect(matching >= recording.matching)
    }
}

extension Recording {
    static let both: [APIServer.Release] = [.v9_2, .v8_4]
    static var areHere: Bool {
        both.allSatisfy { Reference.file(Recording(release: $0, matching: 0).name) != nil }
    }
    static let absence = Reference.absence(of: "pve-transcripts-9.2.jsonl or -8.4.jsonl")
}
