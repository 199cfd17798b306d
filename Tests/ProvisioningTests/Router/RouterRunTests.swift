import ProxmoxAPI
import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite(.timeLimit(.minutes(10))) struct `The router in a run` {
    /// The events of a run, as text.
    private final class Told: Sendable {
        private let kept = Mutex<[String]>([])
        var lines: [String] { kept.withLock { $0 } }
        func note(_ event: Event) {
            let line: String? =
                switch event {
                case .changed(let step, let changes, _): "\(step) changed \(changes.count)"
                case .unchanged(let step): "\(step) unchanged"
                case .verified(let checks, _): "seen \(checks.map(\.evidence).joined())"
                case .note(let text): text
                default: nil
                }
            if let line { kept.withLock { $0.append(line) } }
        }
    }

    private let told = Told()
    private let http = OpenPort.http

    private func parts(
        _ forwarding: RouterRun.Forwarding, early: [OpenPort] = [], _ port: Int, address: String? = "10.2.0.25"
    )
        throws -> ExternalResources
    {
        let check = OutsideCheck(
            addresses: [try `An outside check`.loopback()], witnesses: [], network: nil, port: port,
            timeout: .seconds(5), readGreeting: OutsideCheck.smtpGreetingReader(of: "mx1.example.net"))
        let run = RouterRun(
            forwarding: forwarding, published: [.smtp], early: early, outside: [try `An outside check`.loopback()],
            checks: [check], address: { _ in address },
            report: told.note)
        return ExternalResources(parts: [run], report: told.note)
    }

    private func guest() throws -> LocatedGuest {
        LocatedGuest(
            id: try GuestID(checking: 110), node: try NodeName(checking: "pve2"),
            view: GuestView(options: [:], digest: nil, isRunning: true))
    }

    private func up(_ parts: ExternalResources) async throws {
        try await parts.publish(for: guest(), after: .passing, prepared: try await parts.prepare(for: guest()))
    }

    @Test func `forwards, is checked, and is unchanged the second time`() async throws {
        let (console, mail) = (ConsoleDouble(), try MailPort(saying: "220 mx1.example.net ESMTP\r\n"))
        let parts = try parts(.unifi(console.forwards()), mail.number)
        try await up(parts)
        try await up(parts)
        let seen = "seen 220 mx1.example.net ESMTP"
        #expect(told.lines == [seen, "router changed 1", seen, "router unchanged"])
        #expect(console.writes == ["POST"])
    }

    @Test func `reports the forward although the check sees nothing`() async throws {
        let (console, mail) = (ConsoleDouble(), try MailPort(saying: nil))
        let number = mail.number
        _ = consume mail
        let task = Task { try await up(try parts(.unifi(console.forwards()), number)) }
        // Without this, the gateway would get a minute.
        while console.writes.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(told.lines == ["router changed 1"])
    }

    @Test func `is set manually if the inventory says so, and is still checked`() async throws {
        let mail = try MailPort(saying: "220 mx1.example.net ESMTP\r\n")
        let parts = try parts(.manual, mail.number)
        #expect(try await parts.plan(for: guest()).allSatisfy(\.changes.isEmpty))
        try await up(parts)
        try await parts.withdraw(from: guest(), now: false)
        #expect(
            told.lines == [
                "the router is configured manually; required forward: TCP 127.0.0.1 port 25 → 10.2.0.25 port 25",
                "seen 220 mx1.example.net ESMTP",
                "the router is configured manually; remove the forward: TCP 127.0.0.1 port 25 → the guest's address port 25",
            ])
    }

    @Test func `forwards early what the guest's steps need, and removes it with the guest`() async throws {
        let (console, mail) = (ConsoleDouble(), try MailPort(saying: "220 mx1.example.net ESMTP\r\n"))
        let parts = try parts(.unifi(console.forwards()), early: [http], mail.number)
        func names() -> [ConsoleDouble.Field?] { console.objects.map { $0["name"] } }
        _ = try await parts.prepare(for: guest())
        #expect(names() == ["mxprovision home/one http"])
        try await up(parts)
        #expect(names() == ["mxprovision home/one http", "mxprovision home/one smtp"])
        try await parts.withdraw(from: guest(), now: true)
        #expect(names() == ["mxprovision home/one http"])
        try await parts.forget()
        #expect(names() == [])
    }

    @Test func `fails if the guest has no address to forward to`() async throws {
        let parts = try parts(.unifi(ConsoleDouble().forwards()), 25, address: nil)
        await #expect(throws: RouterError.noAddress(guest: 110)) { try await up(parts) }
    }
}
