import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Sites

@Suite struct `A gateway` {
    static let good = [
        ("10.2.0.25/24", "10.2.0.1"), ("10.2.0.25/24", "10.2.0.254"), ("10.2.3.4/22", "10.2.0.1"),
        ("10.0.0.4/31", "10.0.0.5"),
        ("10.0.0.5/31", "10.0.0.4"), ("203.0.113.7/32", "203.0.113.1"), ("203.0.113.7/32", "10.255.255.1"),
        ("203.0.113.7/32", "169.254.0.1"), ("2001:db8::5/64", "2001:db8::1"), ("2001:db8::5/64", "fe80::1"),
        ("2001:db8::5/128", "2001:db8:1::1"), ("2001:db8::5/127", "2001:db8::4"), ("2001:db8::5/64", "2001:db8::"),
    ]

    static let bad = [
        ("10.2.0.25/24", "10.3.0.1", "expected an address within 10.2.0.25/24"),
        ("10.2.0.25/24", "10.2.1.1", "expected an address within 10.2.0.25/24"),
        ("10.0.0.4/31", "10.0.0.6", "expected an address within"),
        ("10.2.0.25/30", "10.2.0.1", "expected an address within"),
        ("10.2.0.25/24", "10.2.0.0", "the address of the network itself"),
        ("10.2.0.25/24", "10.2.0.255", "broadcast address"), ("10.2.0.25/23", "10.2.1.255", "broadcast address"),
        ("10.2.0.25/24", "169.254.0.1", "expected an address within"),
        ("203.0.113.7/32", "0.0.0.0", "no host can have"),
        ("203.0.113.7/32", "224.0.0.1", "no host can have"),
        ("2001:db8::5/64", "2001:db8:1::1", "expected an address within"),
        ("2001:db8::5/64", "ff02::2", "no host can have"),
        ("2001:db8::5/127", "2001:db8::6", "expected an address within"),
        ("2001:db8::5/128", "::1", "no host can have"),
    ]

    private func mistakes(_ address: String, _ gateway: String) -> [String] {
        let six = address.contains(":") ? "6" : ""
        let text = InventoryText.complete.replacing(
            "address: 10.2.0.25/24", with: "address\(six): \"\(address)\"\n        gateway\(six): \"\(gateway)\"")
        #expect(text != InventoryText.complete)
        return InventoryText.mistakes(in: text)
    }

    @Test(arguments: good)
    func `that the guest's interface reaches is accepted`(address: String, gateway: String) {
        #expect(mistakes(address, gateway) == [])
    }

    @Test(arguments: bad)
    func `that the guest cannot reach is a mistake`(address: String, gateway: String, why: String) {
        let found = mistakes(address, gateway)
        #expect(found.count == 1 && found[0].contains("is `\(gateway)`; ") && found[0].contains(why), "\(found)")
    }
}
