import Foundation
import MailChecks

/// Whether mail from the internet comes to the guest: a connection to the site's public addresses, and the greeting.
///
/// It goes out from this machine, which is where outside is as long as it does not stand in the site's own network.
struct OutsideCheck: Sendable {
    var addresses: [IPAddress]
    /// What the greeting has to name.
    var hostname: String
    /// Servers of our own that answer on port 25, to tell a silent site from a network that lets no port 25 out.
    var witnesses: [IPAddress]
    /// The guest's own network.
    var network: CIDR?
    var port = OpenPort.smtp.number
    /// For a connection, and for the greeting behind it. A greet delay of a server (postscreen) takes six seconds.
    var patience = Duration.seconds(10)
    var pause = Duration.seconds(1)

    /// What came of it, where it is no error.
    enum Verdict: Sendable, Equatable {
        case seen([VerifiedCheck])
        /// From here nothing can be said.
        case unknown(reason: String)
    }

    /// Looks until each address answers, or the time is over: a gateway takes some seconds to do what it was told.
    ///
    /// - Parameter order: the forward that mail needs, for the error.
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
    ) async throws -> OutsideSight {
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

    func look(at address: IPAddress) async throws -> OutsideSight {
        do {
            let stream = try await TCPStream.connect(to: address, port: port, within: patience)
            let dialogue = SMTPDialogue(over: stream, patience: patience)
            let greeting = try await dialogue.greeting()
            // Whether it is answered makes no difference to what was seen.
            _ = try? await dialogue.send("QUIT")
            let text = greeting.description
            return greeting.greets(as: hostname) ? .answers(greeting: text) : .stranger(greeting: text)
        } catch let error as SMTPError {
            return .mute(reason: error.localizedDescription)
        } catch let failure as TCPStream.Failure {
            return switch failure {
            case .refused: .refused
            case .silent: .silent
            case .noRoute(let reason): .noRoute(reason: reason)
            }
        }
    }

    /// Why a sight proves nothing; nil where it does.
    private func excuse(for sight: OutsideSight) async throws -> String? {
        if let network, let own = NumericSocket.source(toward: network.address), network.contains(own) {
            return
                "this machine (\(own)) stands in the site's own network, where a router need not show its public side"
        }
        switch sight {
        case .noRoute(let reason): return "this machine has no way there (\(reason))"
        case .silent:
            for witness in witnesses {
                switch try await look(at: witness) {
                case .answers, .stranger, .mute: return nil
                case .refused, .silent, .noRoute: continue
                }
            }
            return witnesses.isEmpty
                ? "nothing answers; the site, or the network of this machine, which may let no port \(port) out"
                : "nothing answers, and neither does \(witnesses.map(\.description).joined(separator: ", ")): the network of this machine seems to let no port \(port) out"
        case .answers, .stranger, .mute, .refused: return nil
        }
    }
}
