import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Sites

@Suite(.timeLimit(.minutes(10))) struct `An outside check` {
    static func loopback() throws -> IPAddress { try #require(IPAddress("127.0.0.1")) }

    private let greeting = "220 mx1.example.net ESMTP\r\n"

    /// - Parameter patience: Short if the test is about silence. A server that replies may be slow on a busy machine.
    private func check(
        _ port: Int, witnesses: [IPAddress] = [], network: String? = nil, patience: Duration = .seconds(30)
    ) throws -> OutsideCheck {
        OutsideCheck(
            addresses: [try Self.loopback()], witnesses: witnesses,
            network: try network.map { try CIDR(reading: $0) }, port: port, timeout: patience,
            pause: .milliseconds(10), readGreeting: OutsideCheck.smtpGreetingReader(of: "mx1.example.net"))
    }

    private func evaluate(_ check: OutsideCheck, within limit: Duration = .zero) async throws -> OutsideCheck.Verdict {
        try await check.evaluate(within: limit, order: "the forward") { _ in }
    }

    private func expect(_ sight: ReachabilityCheck, of check: OutsideCheck) async throws {
        let error = RouterError.notReached(try Self.loopback(), port: check.port, sight, order: "the forward")
        await #expect(throws: error) { _ = try await evaluate(check) }
        #expect(error.recoverySuggestion?.contains("the forward") == true)
    }

    @Test func `recognizes the guest by its greeting`() async throws {
        let port = try MailPort(saying: greeting)
        let verdict = try await evaluate(try check(port.number))
        let evidence = VerifiedCheck(
            name: "127.0.0.1 port \(port.number)", verdict: .pass, evidence: "220 mx1.example.net ESMTP")
        #expect(verdict == .seen([evidence]))
    }

    @Test func `distinguishes another server, no greeting, and a refused connection`() async throws {
        let other = try MailPort(saying: "220 mail.example.net ESMTP\r\n")
        try await expect(.stranger(greeting: "220 mail.example.net ESMTP"), of: try check(other.number))
        let proxy = try MailPort(saying: "")
        let sight = try await check(proxy.number, patience: .milliseconds(500)).check(try Self.loopback())
        guard case .mute = sight else {
            Issue.record("\(sight)")
            return
        }
        let number = other.number
        _ = consume other
        try await expect(.refused, of: try check(number))
    }

    @Test func `proves nothing by a timeout if port 25 may be blocked for this machine`() async throws {
        let silent = try MailPort(saying: nil)
        try await silent.fill()
        guard case .unknown(let reason) = try await evaluate(try check(silent.number, patience: .milliseconds(500)))
        else {
            Issue.record("judged")
            return
        }
        #expect(reason.contains("blocks outgoing port \(silent.number)"))
        let alone = try check(
            silent.number, witnesses: [try Self.loopback()], patience: .milliseconds(500))
        guard case .unknown(let reason) = try await evaluate(alone) else {
            Issue.record("judged")
            return
        }
        #expect(reason.contains("also none from 127.0.0.1"))
    }

    @Test func `proves nothing inside the site's own network`() async throws {
        let other = try MailPort(saying: "220 mail.example.net ESMTP\r\n")
        guard case .unknown(let reason) = try await evaluate(try check(other.number, network: "127.0.0.5/8")) else {
            Issue.record("judged")
            return
        }
        #expect(reason.contains("is in the site's own network"))
        try await expect(
            .stranger(greeting: "220 mail.example.net ESMTP"), of: try check(other.number, network: "10.2.0.25/24"))
    }

    @Test func `is repeated for as long as a gateway may need`() async throws {
        let number = try MailPort(saying: nil).number
        async let verdict = evaluate(try check(number), within: .seconds(20))
        // Nothing has listened there until now.
        let port = try MailPort(saying: greeting, at: number)
        guard case .seen = try await verdict else {
            Issue.record("not seen")
            return
        }
        #expect(port.number == number)
    }

    @Test func `stops when it is cancelled`() async throws {
        let silent = try MailPort(saying: nil)
        try await silent.fill()
        var check = try check(silent.number)
        check.timeout = .seconds(50)
        let task = Task { [check] in try await evaluate(check) }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
}
