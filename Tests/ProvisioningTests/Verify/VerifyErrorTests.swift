import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A primary that a guest cannot reach` {
    private func text(_ reason: String, peer: String? = nil) throws -> String {
        ErrorDescription(
            VerifyError.noPrimary(
                address: try #require(IPAddress("10.1.0.12")), port: 25, peer: peer.flatMap(IPAddress.init),
                guest: "10.2.0.25", reason: reason)
        ).text
    }

    @Test(arguments: ["Connection refused", "Connection timed out", "No route to host", "Network is unreachable"])
    func `is reported with its port, the reason and the VPN`(reason: String) throws {
        let text = try text(reason)
        #expect(
            text.hasPrefix("the primary (10.1.0.12, port 25) cannot be reached from 10.2.0.25\n  \(reason)\n→ "),
            "\(text)")
        #expect(text.contains("Check the VPN between the two (in the guest: `ping 10.1.0.12`)"))
        #expect(text.contains("its mail server runs and listens on port 25") == (reason == "Connection refused"))
        #expect(!text.contains("ss -ltnp"))
    }

    @Test func `is checked at the VPN peer`() throws {
        #expect(try text("Connection timed out", peer: "10.1.0.1").contains("`ping 10.1.0.1`"))
    }
}
