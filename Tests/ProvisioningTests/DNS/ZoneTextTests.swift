import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

@Suite struct `The lines of a zone` {
    private func text(_ format: ZoneText.Format) throws -> String {
        let desired = try DNSInventory.desired(
            shared: "  ttl: 300\n  zones: [example.net, mx1.example.net]\n  primary: {addresses: '2001:db8::10'}",
            site: "addresses: 203.0.113.25, tlsa: 3 1 0 AABB")
        return ZoneText(try #require(desired)).text(format)
    }

    @Test func `are grouped by the zone that contains their names`() throws {
        #expect(
            try text(.zone) == """
                $ORIGIN example.net.
                @                        300 IN MX 10 mail.example.net.
                @                        300 IN MX 20 mx1.example.net.
                mail                     300 IN AAAA 2001:db8::10

                $ORIGIN mx1.example.net.
                @                        300 IN A 203.0.113.25
                _25._tcp                 300 IN TLSA 3 1 0 AABB
                """)
    }

    @Test func `are the same for octoDNS`() throws {
        #expect(
            try text(.octodns) == """
                --- # example.net.yaml
                '':
                  - ttl: 300
                    type: MX
                    values:
                    - exchange: mail.example.net.
                      preference: 10
                    - exchange: mx1.example.net.
                      preference: 20
                'mail':
                  - ttl: 300
                    type: AAAA
                    values:
                    - '2001:db8::10'
                --- # mx1.example.net.yaml
                '':
                  - ttl: 300
                    type: A
                    values:
                    - '203.0.113.25'
                '_25._tcp':
                  - ttl: 300
                    type: TLSA
                    values:
                    - certificate_association_data: 'AABB'
                      certificate_usage: 3
                      matching_type: 0
                      selector: 1
                """)
    }

    @Test func `are the same in JSON`() throws {
        let json = try JSONSerialization.jsonObject(with: Data(try text(.json).utf8))
        let lines = try #require(json as? [[String: Any]])
        #expect(lines.map { $0["type"] as? String } == ["MX", "MX", "AAAA", "A", "TLSA"])
        #expect(lines.map { $0["zone"] as? String }.last == "mx1.example.net")
        #expect(lines[1]["data"] as? String == "20 mx1.example.net.")
        #expect(lines.allSatisfy { $0["ttl"] as? Int == 300 })
    }
}

@Suite struct `Manual steps around DNS` {
    private let desired = "addresses: [203.0.113.25, '2001:db8::25']"

    @Test func `include the request for PTR records`() throws {
        let advice = ZoneAdvice(try #require(try DNSInventory.desired(site: desired)))
        let request = advice.pointerRequest
        #expect(request.hasPrefix("Subject: Reverse DNS for 203.0.113.25 and 2001:db8::25\n"))
        #expect(request.contains("\n    25.113.0.203.in-addr.arpa. 3600 IN PTR mx1.example.net.\n"))
        #expect(request.contains(".ip6.arpa. 3600 IN PTR mx1.example.net.\n"))
    }

    @Test func `include the primary's exemption of the backup, by the address that the primary sees`() throws {
        let four = ZoneAdvice.exemption(of: try #require(IPAddress("10.2.0.25")))
        #expect(four.contains("\n10.2.0.25/32 permit_auth_destination\n"))
        #expect(four.contains("\nWhitelist = 10.2.0.25/32\n"))
        #expect(four.contains("\n10.2.0.25/32 permit\n"))
        #expect(four.contains("ip_map = [\"10.2.0.25\"];"))
        let six = ZoneAdvice.exemption(of: try #require(IPAddress("fd00::25")))
        #expect(six.contains("\nfd00::25/128 permit\n"))
        #expect(six.contains("smtpd_client_event_limit_exceptions = $mynetworks, [fd00::25]/128\n"))
    }

    private func example(_ part: String) throws -> Inventory {
        try Inventory.read(SourceFile(name: "three-sites.yml", text: try InventoryText.example(with: part)))
    }

    @Test func `match the commented inventory after it is uncommented`() throws {
        let inventory = try example("dns")
        #expect(inventory.dns.update?.key.name == "mxprovision")
        #expect(inventory.dns.authoritative?.map(\.port) == [53, 5353])
        #expect(inventory.site(named: "secondary")?.dns?.tlsa.count == 1)
        guard case .unifi(let access)? = try example("router").site(named: "secondary")?.router?.way else {
            Issue.record("the example has no console")
            return
        }
        #expect(access.key != nil && access.login == nil && access.interface == "wan" && access.port == 443)
        guard case .acme(let settings)? = try example("certificate").site(named: "secondary")?.certificate else {
            Issue.record("the example has no ACME server")
            return
        }
        #expect(settings.challenge == .http && settings.email?.description == "ops@elsewhere.example")
    }
}
