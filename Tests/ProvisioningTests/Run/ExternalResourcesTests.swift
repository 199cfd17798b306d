import ProxmoxAPI
import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Guests
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite struct `The external resources of a site` {
    /// The calls of the resources and the reported events, in order.
    private final class Diary: Sendable {
        private let kept = Mutex<[String]>([])
        var lines: [String] { kept.withLock { $0 } }
        func note(_ line: String) { kept.withLock { $0.append(line) } }
        func note(_ event: Event) {
            switch event {
            case .changed(let step, _, _): note("\(step) changed")
            case .unchanged(let step): note("\(step) unchanged")
            default: break
            }
        }
    }

    private struct Part: ExternalResource {
        var name: String
        var diary: Diary
        var preparing: [Change] = []
        var publishing: [Change]? = []

        func plan(for guest: LocatedGuest?) -> [Change] { preparing + (publishing ?? []) }
        func prepare(for guest: LocatedGuest) -> [Change] {
            diary.note("prepare \(name)")
            return preparing
        }
        func publish(for guest: LocatedGuest, after proof: ProofSource) -> [Change]? {
            diary.note("publish \(name)")
            return publishing
        }
        func withdraw(from guest: LocatedGuest?, now: Bool) -> [Change] {
            diary.note("withdraw \(name)")
            return []
        }
        func awaitWithdrawal() { diary.note("await \(name)") }
        func forget() -> [Change] {
            diary.note("forget \(name)")
            return []
        }
    }

    private let diary = Diary()
    private let change = Change("x", from: nil, to: "y")

    private func guest() throws -> LocatedGuest {
        LocatedGuest(
            id: try GuestID(checking: 110), node: try NodeName(checking: "pve2"),
            view: GuestView(options: [:], digest: nil, isRunning: true))
    }

    private func parts(_ parts: Part...) -> ExternalResources {
        ExternalResources(parts: parts) { [diary] in diary.note($0) }
    }

    @Test func `are withdrawn and removed from the outside inward`() async throws {
        let parts = parts(Part(name: "router", diary: diary), Part(name: "dns", diary: diary))
        try await parts.withdraw(from: nil, now: false)
        try await parts.forget()
        #expect(
            diary.lines == [
                "withdraw dns", "await dns", "withdraw router", "await router", "forget dns", "forget router",
            ])
    }

    @Test func `are not awaited if requested`() async throws {
        try await parts(Part(name: "dns", diary: diary)).withdraw(from: nil, now: true)
        #expect(diary.lines == ["withdraw dns"])
    }

    @Test func `are reported once, as changed, as unchanged, or not at all`() async throws {
        let parts = parts(
            Part(name: "prepared", diary: diary, preparing: [change]),
            Part(name: "by hand", diary: diary, publishing: nil),
            Part(name: "same", diary: diary)
        )
        try await parts.publish(for: guest(), after: .passing, prepared: parts.prepare(for: guest()))
        #expect(
            diary.lines == [
                "prepare prepared", "prepared changed", "prepare by hand", "prepare same",
                "publish prepared", "publish by hand", "publish same", "same unchanged",
            ])
    }
}
