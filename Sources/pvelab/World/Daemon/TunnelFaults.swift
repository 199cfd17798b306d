/// The injected fault of the tunnel, one at a time.
actor TunnelFaults {
    enum State: String, Sendable, CaseIterable {
        case up, down, slow
        case oneWay = "one-way"
    }

    private let tunnel: Tunnel
    private var state = State.up
    private var relay: DelayingRelay?

    init(tunnel: Tunnel) { self.tunnel = tunnel }

    /// Without words, returns the current state. With a state, and milliseconds for a slow tunnel, changes it.
    func answer(_ words: [String]) async -> ControlAnswer {
        guard let word = words.first else { return ControlAnswer(output: description) }
        guard let wanted = State(rawValue: word), let milliseconds = words.dropFirst().first.flatMap({ Int($0) }) else {
            return ControlAnswer(status: 64, error: "pvelab: unknown fault `\(words.joined(separator: " "))`\n")
        }
        do {
            try await change(to: wanted, milliseconds)
            return ControlAnswer()
        } catch {
            return ControlAnswer(status: 1, error: "pvelab: \(error)\n")
        }
    }

    private var description: String {
        relay.map { "slow, \($0.delay / 1_000_000) ms more each way" } ?? state.rawValue
    }

    private func change(to wanted: State, _ milliseconds: Int) async throws {
        try await tunnel.mend()
        relay?.end()
        relay = nil
        switch wanted {
        case .up: break
        case .down: try await tunnel.lower()
        case .oneWay: try await tunnel.lame()
        case .slow:
            let relay = try DelayingRelay(
                to: Topology.primaryWAN,
                port: UInt16(Topology.tunnelPort),
                delay: UInt64(milliseconds) * 1_000_000
            )
            try await tunnel.detour(byPort: relay.port)
            self.relay = relay
        }
        state = wanted
    }
}
