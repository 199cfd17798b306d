import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Provisioning
@testable import Resources

@Suite struct `The certificate that port 25 shows` {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func read(_ text: String, exit: Int = 0) throws -> ServedCertificate? {
        try ServedCertificate(in: .said(text, exit: exit), at: now)
    }

    @Test(arguments: [(86_400 * 14, 14), (86_400 * 14 - 1, 13), (1, 0), (0, 0), (-1, -1), (-86_401, -2)])
    func `has whole days left`(seconds: Int, days: Int) throws {
        let served = try read("\(1_800_000_000 + seconds)\nnamed\nauthority\nCN=R11,O=Let's Encrypt,C=US\n")
        #expect(served?.daysLeft == days)
        #expect(served?.issuer == "CN=R11,O=Let's Encrypt,C=US")
        #expect(served?.selfSigned == false && served?.matchesName == true)
    }

    @Test func `may be the guest's own, and of another name`() throws {
        let served = try read("1800000000\nother\nself\nCN=a\n")
        #expect(served?.selfSigned == true && served?.matchesName == false)
    }

    @Test func `may be none`() throws { #expect(try read("", exit: 3) == nil) }

    @Test(arguments: [
        "", "\n\n\n\n", "x\nnamed\nself\nCN=a\n", "1800000000\nnamed\nself\nCN=a", "1800000000\nnamed\nself\nCN=a\nb\n",
        "9e99\nnamed\nself\nCN=a\n", "nan\nnamed\nself\nCN=a\n", "1800000000\nyes\nself\nCN=a\n",
    ])
    func `is not read from an answer that is none`(text: String) {
        #expect(throws: UnreadableAnswer.self) { try read(text) }
    }
}
