package import ConfigurationFiles
package import Engine

/// A check that the guest is reached from the internet: a connection to the site's public addresses, and the service's
/// greeting.
///
/// It runs on this machine, which is outside unless it is in the site's own network.
package struct OutsideCheck: Sendable {
    var addresses: [IPAddress]
    /// Our servers that listen on the same port. They distinguish a site that does not answer from a local network that
    /// blocks the port.
    var witnesses: [IPAddress]
    /// The guest's own network.
    var network: CIDR?
    package var port: Int
    /// The timeout for the connection, and for the greeting after it.
    package var timeout: Duration
    /// Reads the greeting of a service from a new connection, within a timeout.
    package typealias GreetingReader = @Sendable (TCPStream, Duration) async throws -> ReachabilityCheck

    let readGreeting: GreetingReader

    /// The reader for a service that sends no greeting: it only has to accept the connection.
    package static let anyGreeting: GreetingReader = { _, _ in .answers(greeting: "accepts connections") }

    package var pause = Duration.seconds(1)

    package init(
        addresses: [IPAddress],
        witnesses: [IPAddress],
        network: CIDR?,
        port: Int,
        timeout: Duration = .seconds(10),
        pause: Duration = .seconds(1),
        readGreeting: @escaping GreetingReader
    ) {
        self.addresses = addresses
        self.witnesses = witnesses
        self.network = network
        self.port = port
        self.timeout = timeout
        self.pause = pause
        self.readGreeting = readGreeting
    }

    /// The result if there is no error.
    package enum Verdict: Sendable, Equatable {
        case seen([VerifiedCheck])
        /// The check is not possible from here.
        case unknown(reason: String)
    }

    /// Checks until each address answers or the time limit ends: a gateway takes some seconds to apply changes.
    ///
    /// - Parameter order: The required port forward, for the error.
    /// - Throws: ``RouterError/notReached(_:port:_:order:)``; `CancellationError`
    func evaluate(within limit: Duration, order: String, waiting: (IPAddress) -> Void) async throws -> Verdict {
        var checks: [VerifiedCheck] = []
        for address in addresses {
            let result = try await check(address, until: .now + limit) { waiting(address) }
            if case .answers(let greeting) = result {
                checks.append(VerifiedCheck(name: "\(address) port \(port)", verdict: .pass, evidence: greeting))
            } else if let reason = try await reasonForDoubt(about: result) {
                return .unknown(reason: "port \(port) of \(address): \(reason)")
            } else {
                throw RouterError.notReached(address, port: port, result, order: order)
            }
        }
        return .seen(checks)
    }

    private func check(
        _ address: IPAddress, until deadline: ContinuousClock.Instant, waiting: () -> Void
    ) async throws -> ReachabilityCheck {
        var isReported = false
        while true {
            let result = try await check(address)
            if case .answers = result { return result }
            guard .now + pause < deadline else { return result }
            if !isReported { waiting() }
            isReported = true
            try await Task.sleep(for: pause)
        }
    }

    func check(_ address: IPAddress) async throws -> ReachabilityCheck {
        do {
            return try await readGreeting(
                try await TCPStream.connect(to: address, port: port, within: timeout), timeout)
        } catch let failure as TCPStream.Failure {
            return switch failure {
            case .refused: .refused
            case .silent: .silent
            case .noRoute(let reason): .noRoute(reason: reason)
            }
        }
    }

    /// Returns why a result is inconclusive, or nil if it is conclusive.
    private func reasonForDoubt(about result: ReachabilityCheck) async throws -> String? {
        if let network, let own = NumericSocket.source(toward: network.address), network.contains(own) {
            return
                "this machine (\(own)) is in the site's own network, from which the public address may be unreachable"
        }
        switch result {
        case .noRoute(let reason): return "there is no route from this machine (\(reason))"
        case .silent:
            for witness in witnesses {
                switch try await check(witness) {
                case .answers, .stranger, .mute: return nil
                case .refused, .silent, .noRoute: continue
                }
            }
            return witnesses.isEmpty
                ? "no answer; the site does not respond, or the network of this machine blocks outgoing port \(port)"
                : "no answer, and also none from \(witnesses.map(\.description).joined(separator: ", ")): the network of this machine seems to block outgoing port \(port)"
        case .answers, .stranger, .mute, .refused: return nil
        }
    }
}
