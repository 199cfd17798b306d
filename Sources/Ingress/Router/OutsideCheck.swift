package import ConfigurationFiles
import Diagnostics
package import Engine
import Foundation
import MailChecks

/// A check that mail from the internet reaches the guest: a connection to the site's public addresses, and the
/// greeting.
///
/// It runs on this machine, which is outside unless it is in the site's own network.
package struct OutsideCheck: Sendable {
    var addresses: [IPAddress]
    /// The host name that the greeting must contain.
    package var hostname: String
    /// Our servers that listen on port 25. They distinguish a site that does not answer from a local network that
    /// blocks port 25.
    var witnesses: [IPAddress]
    /// The guest's own network.
    var network: CIDR?
    /// The SMTP port of RFC 5321.
    package var port = 25
    /// The timeout for the connection, and for the greeting after it. postscreen delays its greeting by six seconds.
    package var patience = Duration.seconds(10)
    package var pause = Duration.seconds(1)

    package init(
        addresses: [IPAddress],
        hostname: String,
        witnesses: [IPAddress],
        network: CIDR?,
        port: Int = 25,
        patience: Duration = Duration.seconds(10),
        pause: Duration = Duration.seconds(1)
    ) {
        self.addresses = addresses
        self.hostname = hostname
        self.witnesses = witnesses
        self.network = network
        self.port = port
        self.patience = patience
        self.pause = pause
    }

    /// The result if there is no error.
    package enum Verdict: Sendable, Equatable {
        case seen([VerifiedCheck])
        /// The check is not possible from here.
        case unknown(reason: String)
    }

    /// Checks until each address answers or the time limit ends: a gateway takes some seconds to apply changes.
    ///
    /// - Parameter order: The forward that mail needs, for the error.
    /// - Throws: ``RouterError/notReached(_:port:_:order:)``; `CancellationError`
    func judge(within limit: Duration, order: String, waiting: (IPAddress) -> Void) async throws -> Verdict {
        var checks: [VerifiedCheck] = []
        for address in addresses {
            let sight = try await look(at: address, until: .now + limit) { waiting(address) }
            if case .answers(let greeting) = sight {
                checks.append(VerifiedCheck(name: "\(address) port \(port)", verdict: .pass, evidence: greeting))
            } else if let reason = try await excuse(for: sight) {
                return .unknown(reason: "port \(port) of \(address): \(reason)")
            } else {
                throw RouterError.notReached(address, port: port, sight, order: order)
            }
        }
        return .seen(checks)
    }

    private func look(
        at address: IPAddress, until deadline: ContinuousClock.Instant, waiting: () -> Void
    ) async throws -> ReachabilityCheck {
        var isTold = false
        while true {
            let sight = try await look(at: address)
            if case .answers = sight { return sight }
            guard .now + pause < deadline else { return sight }
            if !isTold { waiting() }
            isTold = true
            try await Task.sleep(for: pause)
        }
    }

    func look(at address: IPAddress) async throws -> ReachabilityCheck {
        do {
            let stream = try await TCPStream.connect(to: address, port: port, within: patience)
            let dialogue = SMTPDialogue(over: stream, patience: patience)
            let greeting = try await dialogue.greeting()
            // The answer to QUIT does not affect the result.
            _ = try? await dialogue.send("QUIT")
            let text = greeting.description
            return greeting.greets(as: hostname) ? .answers(greeting: text) : .stranger(greeting: text)
        } catch let error as SMTPError {
            return .mute(reason: ErrorDescription.reason(of: error))
        } catch let failure as TCPStream.Failure {
            return switch failure {
            case .refused: .refused
            case .silent: .silent
            case .noRoute(let reason): .noRoute(reason: reason)
            }
        }
    }

    /// Returns why a result is inconclusive, or nil if it is conclusive.
    private func excuse(for sight: ReachabilityCheck) async throws -> String? {
        if let network, let own = NumericSocket.source(toward: network.address), network.contains(own) {
            return
                "this machine (\(own)) is in the site's own network, from which the public address may be unreachable"
        }
        switch sight {
        case .noRoute(let reason): return "there is no route from this machine (\(reason))"
        case .silent:
            for witness in witnesses {
                switch try await look(at: witness) {
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
