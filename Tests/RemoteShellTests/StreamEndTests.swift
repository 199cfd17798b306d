import Foundation
import Testing

@testable import RemoteShell

@Suite struct `The end of a stream` {
    /// The last message of a program, like an SMTP server's farewell, may not be read. The end must not wait for it.
    @Test(.timeLimit(.minutes(5)))
    func `arrives with any last output, in a hundred runs`() async throws {
        let program = "echo hello; cat >/dev/null; for i in 1 2 3 4 5; do echo farewell; done; echo why >&2"
        try await withThrowingTaskGroup { group in
            for _ in 1...4 {
                group.addTask {
                    for _ in 1...25 {
                        let greeting = try await RemoteStream.open(
                            .test("sh", ["-c", program]),
                            explain: { _ in RemoteStream.Ended() },
                            { stream in try await stream.read() })
                        #expect(greeting == Data("hello\n".utf8))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
