import Foundation
import HTTPTransport
import Testing

@testable import UniFiAPI

@Suite struct `A port forward of a UniFi console` {
    private let rule = PortForwardRule(
        name: "mx", interface: "wan", transport: "tcp", port: 25, to: "10.2.0.25", port: 25)

    /// An object as consoles return it, with further fields.
    private static let object = #"""
        {"_id":"5ebd0c38a999c65ac2162e9e","enabled":true,"pfwd_interface":"wan","name":"mx","dst_port":"25",
         "fwd":"10.2.0.25","fwd_port":"25","log":true,"src":"any","proto":"tcp","site_id":"558c44fee4b000d0b32a8bbb"}
        """#

    @Test func `is decoded, with defaults for fields that older consoles omit`() async throws {
        let wire = ScriptedConsole([.success(.unifiOS), .success(.ok(Self.object))])
        let found = try await UniFiClient(wire, UniFiClient.key).portForwards()
        #expect(found == [PortForward(id: "5ebd0c38a999c65ac2162e9e", rule: rule)])
    }

    @Test func `is encoded with only the fields that are set here`() async throws {
        let wire = ScriptedConsole([.success(.unifiOS), .success(.ok()), .success(.ok()), .success(.ok())])
        let client = UniFiClient(wire, UniFiClient.key)
        try await client.add(rule)
        try await client.set(rule, of: "1f")
        try await client.remove("1f")
        let path = "/proxy/network/api/s/default/rest/portforward"
        #expect(wire.calls.dropFirst() == ["POST \(path)", "PUT \(path)/1f", "DELETE \(path)/1f"])
        for request in wire.sent[1...2] {
            let written = try #require(
                try JSONSerialization.jsonObject(with: Data(request.text.utf8)) as? [String: Any])
            #expect(Set(written.keys) == Set(rule.fields.map(\.name)))
            #expect(written["dst_port"] as? String == "25" && written["enabled"] as? Bool == true)
        }
        #expect(wire.sent[3].body == nil)
    }

    static let ports: [(String, Bool)] = [
        ("25", true), ("20-30", true), ("80,25", true), ("80,20-24", false), ("125", false), ("30-20", false),
        ("", false),
        ("x", false),
    ]

    @Test(arguments: ports)
    func `applies to the ports of its list`(ports: String, claims: Bool) {
        var rule = rule
        rule.port = ports
        #expect(rule.claims(port: 25, by: "tcp", of: "wan") == claims)
    }

    @Test func `applies to its interface and protocol, and only if it is enabled`() {
        func claims(_ change: (inout PortForwardRule) -> Void) -> Bool {
            var other = rule
            change(&other)
            return other.claims(port: 25, by: "tcp", of: "wan")
        }
        #expect(claims { $0.interface = "both" } && claims { $0.transport = "tcp_udp" })
        #expect(
            !claims { $0.interface = "wan2" } && !claims { $0.transport = "udp" } && !claims { $0.isEnabled = false })
    }
}
