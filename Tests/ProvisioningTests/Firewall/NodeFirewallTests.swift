import Foundation
import HTTPTransport
import ProxmoxAPI
import RemoteShell
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

/// A node whose ufw records its commands and lists the rules like ufw 0.36.2.
private final class UFW: GuestConnection {
    struct State {
        var head = "ENABLED=yes\nlive\nDEFAULT_FORWARD_POLICY=\"DROP\"\npasses\n"
        var tuples: [String] = []
        var repairs: [String] = []
    }

    let state: Mutex<State>
    init(_ state: State = State()) { self.state = Mutex(state) }

    func run(_ commands: [RemoteCommand]) -> [CommandResult] {
        state.withLock { state in
            commands.map { command in
                let lines = command.script.description.split(separator: "\n").map {
                    String($0).replacing("'", with: "")
                }
                guard !lines.contains(where: { $0.hasPrefix("command -v ufw") }) else { return Self.answer(state) }
                for line in lines where line.hasPrefix("ufw ") {
                    state.repairs.append(line)
                    let words = line.split(separator: " ")
                    let isRemoval = words[2] == "delete"
                    let (address, port) = (words[isRemoval ? 7 : 6], words[isRemoval ? 9 : 8])
                    let source = address.contains(":") ? "::/0" : "0.0.0.0/0"
                    let tuple = "### tuple ### route:allow tcp \(port) \(address) any \(source) in"
                    if isRemoval {
                        state.tuples.removeAll { $0.hasPrefix(tuple) }
                    } else {
                        let comment = words[10..<(words.count - 1)].joined(separator: " ")
                        let hex = comment.utf8.map { String($0, radix: 16) }.joined()
                        state.tuples.append("\(tuple) comment=\(hex)")
                    }
                }
                return CommandResult(exit: 0)
            }
        }
    }

    private static func answer(_ state: State) -> CommandResult {
        let rules = state.tuples.map { $0 + "\n" }.joined()
        return CommandResult(exit: 0, output: Data("\(state.head)\(rules)==\n".utf8))
    }

    func reopened() -> any GuestConnection { self }
    func close() {}
}

@Suite struct `ufw on the node` {
    private static let mark = "comment=6d7870726f766973696f6e20686f6d652f6f6e65"
    private let ufw = UFW()
    private let notes = Notes()

    private func firewall(isAlone: Bool = false, _ report: @escaping EventHandler = { _ in }) throws -> NodeFirewall {
        var network = GuestNetwork(bridge: "vmbr0")
        network.address = .fixed(try CIDR(reading: "10.2.0.25/24"))
        network.address6 = .fixed(try CIDR(reading: "2001:db8:2::25/64"))
        network.gateway = IPAddress("10.2.0.1")
        return NodeFirewall(
            node: "pve2", network: network, standing: [.ssh(22)], published: [.smtp], isAlone: isAlone,
            comment: "mxprovision home/one", connect: { [ufw] in ufw },
            client: SharedNodes().client(
                endpoint: Endpoint(host: "pve2", port: 8006), trust: .authority(file: ""),
                credentials: .token(id: "a@pve!up", secret: "s")),
            report: report)
    }

    private func guest() throws -> LocatedGuest {
        LocatedGuest(
            id: try GuestID(checking: 110), node: try NodeName(checking: "pve2"),
            view: GuestView(options: [:], digest: nil, isRunning: true))
    }

    @Test func `allows ssh first, mail when it is published, and nothing after the site is removed`() async throws {
        let firewall = try firewall()
        #expect(
            try await firewall.plan(for: nil).map(\.subject) == [
                "22/tcp to 10.2.0.25", "25/tcp to 10.2.0.25", "22/tcp to 2001:db8:2::25", "25/tcp to 2001:db8:2::25",
            ])
        #expect(try await firewall.prepare(for: guest()).count == 2)
        #expect(
            ufw.state.withLock(\.repairs).first
                == "ufw route allow proto tcp to 10.2.0.25 port 22 comment mxprovision home/one >/dev/null")
        #expect(try await firewall.publish(for: guest(), after: .passing)?.count == 2)
        #expect(try await firewall.prepare(for: guest()) == [])
        #expect(try await firewall.publish(for: guest(), after: .passing) == [])
        #expect(try await firewall.plan(for: guest()) == [])

        let withdrawn = try await firewall.withdraw(from: guest(), now: false).map(\.subject)
        #expect(withdrawn == ["25/tcp to 10.2.0.25", "25/tcp to 2001:db8:2::25"])
        #expect(try await firewall.forget().count == 2)
        #expect(ufw.state.withLock(\.tuples) == [])
    }

    @Test func `keeps foreign rules and those of other sites`() async throws {
        let others = [
            "### tuple ### route:allow tcp 25 10.2.0.26 any 0.0.0.0/0 in comment=\("mxprovision home/two".hex)",
            "### tuple ### route:allow tcp 22 10.2.0.25 any 0.0.0.0/0 in",
            "### tuple ### route:deny any any 0.0.0.0/0 any 203.0.113.0/24 in",
        ]
        ufw.state.withLock { $0.tuples = others }
        let firewall = try firewall()
        _ = try await firewall.prepare(for: guest())
        _ = try await firewall.publish(for: guest(), after: .passing)
        #expect(ufw.state.withLock(\.repairs).count == 3, "rules of others that allow the port are enough")
        _ = try await firewall.forget()
        #expect(ufw.state.withLock(\.tuples) == others)
    }

    @Test func `removes its rule for a former address of the guest`() async throws {
        ufw.state.withLock {
            $0.tuples = ["### tuple ### route:allow tcp 25 10.2.0.9 any 0.0.0.0/0 in \(Self.mark)"]
        }
        let changes = try await firewall().prepare(for: guest())
        #expect(changes.first == Change("25/tcp to 10.2.0.9", from: "allowed", to: nil))
    }

    @Test(arguments: [
        ("route:deny any any 0.0.0.0/0 any 0.0.0.0/0 in", "deny any any to 0.0.0.0/0"),
        ("route:reject tcp 20:30 10.2.0.0/24 any 0.0.0.0/0 in", "reject tcp 20:30 to 10.2.0.0/24"),
        ("route:deny_log tcp 22,25 10.2.0.25 any 0.0.0.0/0 in", "deny tcp 22,25 to 10.2.0.25"),
    ])
    func `reports an earlier rule that refuses, and adds no useless rule`(tuple: String, told: String) async throws {
        ufw.state.withLock { $0.tuples = ["### tuple ### \(tuple)"] }
        await #expect(throws: FirewallError.refusedBefore(node: "pve2", port: "22/tcp", rule: told)) {
            try await firewall().prepare(for: guest())
        }
        #expect(ufw.state.withLock(\.repairs) == [])
    }

    @Test(arguments: [
        "route:deny any any 10.2.1.0/24 any 0.0.0.0/0 in", "route:deny udp any 0.0.0.0/0 any 0.0.0.0/0 in",
        "route:deny tcp 80 0.0.0.0/0 any 0.0.0.0/0 in", "route:deny any any 0.0.0.0/0 any 198.51.100.0/24 in",
        "route:deny any any 0.0.0.0/0 any 0.0.0.0/0 in_tun0",
    ])
    func `adds its rules after a rule that refuses other traffic`(tuple: String) async throws {
        ufw.state.withLock { $0.tuples = ["### tuple ### \(tuple)"] }
        #expect(try await firewall().prepare(for: guest()).count == 2)
    }

    @Test(arguments: [
        ("ENABLED=no\nabsent\nDEFAULT_FORWARD_POLICY=\"DROP\"\npasses\n", FirewallError.Weakness.off),
        ("ENABLED=yes\nabsent\nDEFAULT_FORWARD_POLICY=\"DROP\"\npasses\n", .off),
        ("ENABLED=yes\nlive\nDEFAULT_FORWARD_POLICY=\"ACCEPT\"\npasses\n", .letsAllPass),
        ("ENABLED=yes\nlive\nDEFAULT_FORWARD_POLICY=\"DROP\"\nbypassed\n", .bypassed),
    ])
    func `is reported if it is inactive, and is an error if it is the only firewall`(
        head: String, weakness: FirewallError.Weakness
    ) async throws {
        ufw.state.withLock { $0.head = head }
        let alone = try firewall(isAlone: true)
        await #expect(throws: FirewallError.powerless(node: "pve2", weakness)) { try await alone.prepare(for: guest()) }
        let beside = try firewall(notes.note)
        if weakness == .off {
            await #expect(throws: FirewallError.powerless(node: "pve2", .off)) { try await beside.plan(for: nil) }
        } else {
            #expect(try await beside.prepare(for: guest()).count == 2)
            #expect(notes.texts.first?.hasSuffix("on pve2; a rule there has no effect") == true)
        }
    }

    @Test func `with an invalid reply is an error`() async throws {
        ufw.state.withLock { $0.head = "ENABLED=maybe\n" }
        await #expect(throws: UnreadableAnswer.self) { try await firewall().plan(for: nil) }
    }
}

extension String {
    fileprivate var hex: String { utf8.map { String($0, radix: 16) }.joined() }
}
