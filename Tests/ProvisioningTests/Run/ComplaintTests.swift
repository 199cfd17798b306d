import Foundation
import RemoteShell
import Testing

@testable import Provisioning

@Suite struct `The text of an error` {
    private struct Odd: Error {
        var token = "s3cret"
    }

    private struct Shape: Decodable { var name: Int }

    /// None of them is a Swift value as the compiler prints it.
    @Test func `is never a Swift value`() throws {
        let decoding = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Shape.self, from: Data(#"{"nome": 1}"#.utf8))
        }
        let encoding = #expect(throws: EncodingError.self) { try JSONEncoder().encode([Double.nan]) }
        let cocoa = #expect(throws: (any Error).self) { try Data(contentsOf: URL(filePath: "/no/such/file")) }
        #expect(Complaint(CancellationError()).text == "interrupted")
        #expect(Complaint(try #require(decoding)).text == "unexpected JSON: key `name` is missing")
        #expect(Complaint(Odd()).text == "internal error Odd; please report it")
        for error in [decoding as (any Error)?, encoding, cocoa, Odd(), ShellError.notStarted("ssh", reason: "x")] {
            let text = Complaint(try #require(error)).text
            for word in ["s3cret", "CodingKey", "NSCocoa", "Domain=", "Error(", "Context("] {
                #expect(!text.contains(word), "\(text)")
            }
        }
    }

    @Test func `of a command that Ctrl-C has ended counts as an interruption`() {
        #expect(SecretError.interrupted("pass").isInterruption)
        #expect(CancellationError().isInterruption)
        #expect(!SecretError.missingVariable("X").isInterruption)
        #expect(!ShellError.noProgram("ssh").isInterruption)
    }
}
