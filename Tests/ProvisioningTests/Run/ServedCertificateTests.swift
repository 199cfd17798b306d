import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Resources
@testable import Sites

@Suite struct `The certificate on port 25` {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func read(_ text: String, exit: Int = 0) throws -> ServedCertificate? {
        try ServedCertificate(in: .said(text, exit: exit), at: now)
    }

    @Test(arguments: [(86_400 * 14, 14), (86_400 * 14 - 1, 13), (1, 0), (0, 0), (-1, -1), (-86_401, -2)])
    func `has the remaining time in whole days`(seconds: Int, days: Int) throws {
        let served = try read("\(1_800_000_000 + seconds)\nnamed\nauthority\nCN=R11,O=Let's Encrypt,C=US\n")
        #expect(served?.daysLeft == days)
        #expect(served?.issuer == "CN=R11,O=Let's Encrypt,C=US")
        #expect(served?.selfSigned == false && served?.matchesName == true)
    }

    @Test func `can be self-signed and for another name`() throws {
        let served = try read("1800000000\nother\nself\nCN=a\n")
        #expect(served?.selfSigned == true && served?.matchesName == false)
    }

    @Test func `can be missing`() throws { #expect(try read("", exit: 3) == nil) }

    @Test(arguments: [
        "", "\n\n\n\n", "x\nnamed\nself\nCN=a\n", "1800000000\nnamed\nself\nCN=a", "1800000000\nnamed\nself\nCN=a\nb\n",
        "9e99\nnamed\nself\nCN=a\n", "nan\nnamed\nself\nCN=a\n", "1800000000\nyes\nself\nCN=a\n",
    ])
    func `is not read from an invalid reply`(text: String) {
        #expect(throws: UnreadableAnswer.self) { try read(text) }
    }
}
