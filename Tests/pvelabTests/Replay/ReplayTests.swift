import Testing

@testable import pvelab

@Suite struct `The lab against exchanges recorded from a real Proxmox VE` {
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [Recording(release: .v9_2, matching: 492), Recording(release: .v8_4, matching: 452)]
    )
    func `responds as the real one`(_ recording: Recording) async throws {
        let replay = Replay(recording.release)
        var matching = 0
        for exchange in try recording.exchanges() {
            let difference = try await replay.difference(in: exchange)
            guard LeftOut.reason(unasked: exchange) == nil else { continue }
            switch (difference, LeftOut.reason(different: exchange, in: recording.release)) {
            case (nil, nil): matching += 1
            case (nil, let reason?): Issue.record("\(exchange) is the same as the real one's, though \(reason)")
            case (let difference?, nil): Issue.record("\(exchange) \(difference)")
            case (_?, _?): break
            }
        }
        #expect(matching >= recording.matching)
    }
}

extension Recording {
    static let both: [APIServer.Release] = [.v9_2, .v8_4]
}
