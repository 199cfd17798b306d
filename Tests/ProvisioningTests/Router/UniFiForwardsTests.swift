import HTTPTransport
import Testing
import UniFiAPI

@testable import Alerts
@testable import BackupMX
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite struct `The port forward on a UniFi console` {
    private let name = "mxprovision home/one smtp"
    private static let byHand: [String: ConsoleDouble.Field] = [
        "_id": "a1", "name": "by hand", "enabled": true, "pfwd_interface": "wan", "src": "any", "dst_port": "20-30",
        "fwd": "10.2.0.9", "fwd_port": "25", "proto": "tcp_udp",
    ]

    @Test func `is created once and found again`() async throws {
        let console = ConsoleDouble()
        let forwards = console.forwards()
        let made = try await forwards.make([.smtp], to: "10.2.0.25")
        #expect(made == [Change(name, from: nil, to: "wan tcp 25 → 10.2.0.25 port 25")])
        #expect(try await forwards.plan([.smtp], to: "10.2.0.25").isEmpty)
        #expect(try await forwards.make([.smtp], to: "10.2.0.25").isEmpty)
        #expect(console.writes == ["POST"])
    }

    @Test func `is repaired if it was changed, and keeps settings that are not ours`() async throws {
        let console = ConsoleDouble()
        let forwards = console.forwards()
        _ = try await forwards.make([.smtp], to: "10.2.0.25")
        console.change {
            $0[0].merge(["fwd": "10.2.0.99", "enabled": false, "log": true, "src_limiting_enabled": true]) { $1 }
        }
        let plan = try await forwards.plan([.smtp], to: "10.2.0.25")
        #expect(
            plan == [
                Change("\(name): enabled", from: "false", to: "true"),
                Change("\(name): src_limiting_enabled", from: "true", to: "false"),
                Change("\(name): fwd", from: "10.2.0.99", to: "10.2.0.25"),
            ])
        #expect(try await forwards.make([.smtp], to: "10.2.0.25") == plan)
        #expect(console.objects[0]["log"] == true && console.objects.count == 1)
    }

    @Test func `is not created if another forward uses the port`() async throws {
        let console = ConsoleDouble(Self.byHand)
        let taken = RouterError.portTaken(
            "25/tcp", console: "console.test:443", name: "by hand", target: "10.2.0.9 port 25", own: name)
        await #expect(throws: taken) { _ = try await console.forwards().make([.smtp], to: "10.2.0.25") }
        await #expect(throws: taken) { _ = try await console.forwards().plan([.smtp], to: nil) }
        #expect(console.writes.isEmpty)
        console.change { $0[0]["enabled"] = false }
        #expect(try await console.forwards().make([.smtp], to: "10.2.0.25").count == 1)
    }

    @Test func `is an error if several have its name`() async throws {
        let one = Self.byHand.merging(["name": .text(name)]) { $1 }
        let console = ConsoleDouble(one, one.merging(["_id": "a2"]) { $1 })
        await #expect(throws: RouterError.severalOfTheName(name, console: "console.test:443", count: 2)) {
            _ = try await console.forwards().plan([.smtp], to: "10.2.0.25")
        }
    }

    @Test func `is reported if it is accepted but not created`() async throws {
        let console = ConsoleDouble()
        console.turn(.idle)
        let change = Change(name, from: nil, to: "wan tcp 25 → 10.2.0.25 port 25")
        await #expect(throws: RouterError.notAdopted(console: "console.test:443", [change])) {
            _ = try await console.forwards().make([.smtp], to: "10.2.0.25")
        }
        console.turn(.honest)
        _ = try await console.forwards().make([.smtp], to: "10.2.0.25")
        console.turn(.idle)
        await #expect(throws: RouterError.self) { _ = try await console.forwards().removeAll(except: []) }
    }

    @Test func `is not created twice if the reply was lost`() async throws {
        let console = ConsoleDouble()
        console.turn(.lostAfterwards)
        #expect(try await console.forwards().make([.smtp], to: "10.2.0.25").count == 1)
        #expect(console.objects.count == 1)
        #expect(try await console.forwards().removeAll(except: []).count == 1)
        console.turn(.lostBefore)
        let lost = TransportError.answerLost(ConsoleDouble.endpoint, reason: "reset")
        await #expect(throws: UniFiError.transport(lost)) {
            _ = try await console.forwards().make([.smtp], to: "10.2.0.25")
        }
    }

    @Test func `is the only one that is removed`() async throws {
        let console = ConsoleDouble(Self.byHand.merging(["dst_port": "80"]) { $1 })
        let before = console.objects.count
        _ = try await console.forwards().make([.smtp], to: "10.2.0.25")
        let gone = try await console.forwards().removeAll(except: [])
        #expect(gone == [Change(name, from: "wan tcp 25 → 10.2.0.25 port 25", to: nil)])
        #expect(try await console.forwards().removeAll(except: []).isEmpty)
        #expect(console.objects.count == before && console.objects[0]["name"] == "by hand")
    }

    @Test func `is planned for a guest without an address`() async throws {
        let console = ConsoleDouble()
        let plan = try await console.forwards().plan([.smtp], to: nil)
        #expect(plan == [Change(name, from: nil, to: "wan tcp 25 → the guest's address port 25")])
    }
}
