import Testing

@testable import HTTPTransport

@Suite struct `An endpoint` {
    private static let pairs = [String](repeating: "aB", count: 32).joined(separator: ":")

    @Test func `has a case-insensitive fingerprint, printed in upper case`() throws {
        let digest = try #require(Trust.Digest(Self.pairs))
        #expect(digest.description == Self.pairs.uppercased() && digest == Trust.Digest(Self.pairs.lowercased()))
    }

    @Test(arguments: [
        "", "AB", pairs + ":AB", pairs.replacing(":", with: ""), pairs.replacing("aB", with: "+1"), pairs + " ",
    ])
    func `rejects an invalid fingerprint`(text: String) {
        #expect(Trust.Digest(text) == nil)
    }

    @Test func `has its IPv6 address in brackets in the URL`() {
        #expect(Endpoint(host: "fd00::1", port: 8006).url == "https://[fd00::1]:8006")
        #expect(Endpoint(host: "pve.example", port: 443).url == "https://pve.example:443")
    }
}
