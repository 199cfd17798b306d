import Foundation
import ProxmoxAPI
import Synchronization
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite(.serialized, .timeLimit(.minutes(10))) struct `DNS in a run` {
    /// What a run reports, in order.
    private final class Events: Sendable {
        private let kept = Mutex<[Event]>([])
        var all: [Event] { kept.withLock { $0 } }
        func note(_ event: Event) { kept.withLock { $0.append(event) } }

        /// The subjects of the changes, and the waits.
        var told: [String] {
            all.flatMap { event -> [String] in
                switch event {
                case .changed("dns", let changes, _): changes.map(\.subject)
                case .unchanged("dns"): ["unchanged"]
                case .waiting(let text), .note(let text): [text]
                default: []
                }
            }
        }
    }

    private let scratch = ScratchFolder()

    private func stateStore() throws -> StateStore {
        let states = StateDirectory(root: scratch.path)
        return try StateStore(in: try states.folder(of: SiteAddress(inventory: "home", name: "one")))
    }

    /// The site's only external resource.
    private func run(_ publication: ZonePublication, _ stateStore: StateStore, _ report: @escaping EventHandler)
        -> ExternalResources
    {
        ExternalResources(
            parts: [ZoneRun(publication: publication, stateStore: stateStore, report: report)], report: report)
    }

    private func publish(_ run: ExternalResources) async throws {
        let guest = LocatedGuest(
            id: try GuestID(checking: 110), node: try NodeName(checking: "pve2"),
            view: GuestView(options: [:], digest: nil, isRunning: true))
        try await run.publish(for: guest, after: .passing, prepared: try await run.prepare(for: guest))
    }

    @Test func `is published once, with the MX last`() async throws {
        try await NameDaemon.run { daemon in
            let (stateStore, events) = (try stateStore(), Events())
            let run = run(try daemon.publication(), stateStore, events.note)
            try await publish(run)
            try await publish(run)
            #expect(events.told == ["mx1.example.net A", "example.net MX", "unchanged"])
        }
    }

    @Test func `is withdrawn with a wait that survives an interruption`() async throws {
        try await NameDaemon.run { daemon in
            let (stateStore, events) = (try stateStore(), Events())
            let publication = try daemon.publication()
            try await publish(run(publication, stateStore, events.note))
            let (reports, report) = AsyncStream.makeStream(of: Event.self)
            let withdrawal = run(publication, stateStore) { report.yield($0) }
            let waiting = Task { try await withdrawal.withdraw(from: nil, now: false) }
            for await case .waiting in reports { break }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(try #require(stateStore.state.exchangeGoneBy).timeIntervalSinceNow > 3500)
            #expect(try await publication.plan().map(\.subject) == ["example.net MX"])
        }
    }

    @Test func `waits only for the remaining time when it is withdrawn again`() async throws {
        try await NameDaemon.run { daemon in
            let (stateStore, events) = (try stateStore(), Events())
            let run = run(try daemon.publication(), stateStore, events.note)
            // On a busy machine, some of this time may pass before the withdrawal begins.
            let end = Date(timeIntervalSinceNow: 4)
            try stateStore.update { $0.exchangeGoneBy = end }
            try await run.withdraw(from: nil, now: false)
            #expect(Date() >= end - 0.1)
            let told = try #require(events.told.first)
            #expect(events.told.count == 1)
            #expect(told.hasSuffix("s, because senders may still use the cached MX (`--now` does not wait)"))
        }
    }

    @Test func `is removed completely, without a wait if requested`() async throws {
        try await NameDaemon.run { daemon in
            let (stateStore, events) = (try stateStore(), Events())
            let before = try await daemon.transfer()
            let run = run(try daemon.publication(), stateStore, events.note)
            try await publish(run)
            try await run.withdraw(from: nil, now: true)
            #expect(try #require(stateStore.state.exchangeGoneBy).timeIntervalSinceNow > 3500)
            try await run.forget()
            #expect(stateStore.state.exchangeGoneBy == nil)
            #expect(try await daemon.transfer() == before)
        }
    }

    @Test func `records in the state file when the MX was removed`() throws {
        let date = Date(timeIntervalSince1970: 1_800_000_000)
        try stateStore().update { $0.exchangeGoneBy = date }
        #expect(try stateStore().state.exchangeGoneBy == date)
    }

    @Test func `for a zone that is edited manually changes nothing, and keeps the guest while its MX exists`()
        async throws
    {
        try await NameDaemon.run(NameDaemon.zone + "@ MX 20 mx1\nmx1 A 203.0.113.25\n") { daemon in
            let (stateStore, events) = (try stateStore(), Events())
            let inventory = try DNSInventory.read(shared: "  authoritative: \(daemon.server)")
            let own = try #require(inventory.site(named: "one"))
            let run = run(try #require(ZonePublication(own, of: inventory)), stateStore, events.note)
            let before = try await daemon.transfer()
            try await publish(run)
            await #expect(throws: DNSError.stillPublished(site: "one", server: daemon.server.description)) {
                try await run.withdraw(from: nil, now: false)
            }
            try await run.withdraw(from: nil, now: true)
            try await run.forget()
            #expect(events.told == ["the zone is edited manually; to check it: `mxprovision dns one --check`"])
            #expect(try await daemon.transfer() == before)
        }
    }
}
