import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

@Suite struct `The primary's state seen from the guest` {
    private func read(_ text: String, exit: Int = 0) -> PrimaryState? {
        PrimaryState(CommandResult(exit: exit, output: Data(text.utf8)))
    }

    @Test func `is read from the program's output`() {
        #expect(
            read("state=answers\nevidence=220 mail.example.net ESMTP a=b\ndialogue=yes\nroundtrip=12\n")
                == PrimaryState(state: .answers, evidence: "220 mail.example.net ESMTP a=b", roundTrip: 12))
        #expect(
            read("state=vpn-down\nevidence=port 25: no answer\ndialogue=no\n")
                == PrimaryState(state: .vpnDown, evidence: "port 25: no answer"))
    }

    @Test(arguments: ["", "state=well\nevidence=x\n", "state=down\n", "evidence=x\n", "sh: not found\n"])
    func `is unknown after other output`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `is unknown without the program`() {
        #expect(read("state=down\nevidence=x\n", exit: 127) == nil)
    }

    @Test func `is checked at the VPN peer, or at the primary's own address`() throws {
        let far = InventoryText.complete.replacing(
            "address: 10.1.0.12", with: "address: 10.1.0.12, vpn: {peer: 10.1.0.1}")
        let texts = try [InventoryText.complete, far].map { text in
            PrimaryState.probe(try Inventory.read(SourceFile(name: "inventory.yml", text: text)).mail.primary)
                .description
        }
        #expect(texts[0].hasSuffix("primary-state '10.1.0.12' 25 '10.1.0.12'"))
        #expect(texts[1].hasSuffix("primary-state '10.1.0.12' 25 '10.1.0.1'"))
    }
}
