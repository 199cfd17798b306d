import Testing

@testable import HTTPTransport

@Suite struct `What is said of an endpoint` {
    private static let pairs = [String](repeating: "aB", count: 32).joined(separator: ":")

    @Test func `as the fingerprint of its certificate is read without regard to case, and printed in capitals`() throws
    {
        let digest = try #require(Trust.Digest(Self.pairs))
        #expect(digest.description == Self.pairs.uppercased() && digest == Trust.Digest(Self.pairs.lowercased()))
    }

    @Test(arguments: [
        "", "AB", pairs + ":AB", pairs.replacing(":", with: ""), pairs.replacing("aB", with: "+1"), pairs + " ",
    ])
    func `as the fingerprint of its certificate is refused where it is not one`(text: String) {
        #expect(Trust.Digest(text) == nil)
    }

    @Test func `as its IPv6 address stands in brackets in the URL`() {
        #expect(Endpoint(host: "fd00::1", port: 8006).url == "https://[fd00::1]:8006")
        #expect(Endpoint(host: "pve.example", port: 443).url == "https://pve.example:443")
    }
}
