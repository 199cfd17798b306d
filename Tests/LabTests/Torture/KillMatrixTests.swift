import Foundation
import Testing

@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .timeLimit(.minutes(60)))
struct `Killed at any point, the next run converges` {
    static let isWhole = ProcessInfo.processInfo.environment["MXPROVISION_TORTURE"] == "1"
    /// Which of the numbered sites are tormented at the same time.
    static let sites = isWhole ? [0, 1, 2] : [0]

    static let matrices = [
        KillMatrix(
            name: "up",
            prepare: { site in
                try site.vanish()
                return .init(command: ["up", site.name], next: { ["up", site.name] })
            },
            sample: [8, 40]),
        KillMatrix(
            name: "up, of a drifted guest",
            prepare: { site in
                if try !site.isThere() { try site.succeed(["up", site.name]) }
                // Nobody but the one who restarts it makes Postfix listen elsewhere again.
                _ = try site.inGuest(
                    """
                    postconf -e inet_interfaces=127.0.0.1 relay_domains=evil.example
                    rm -f /etc/postfix/relay_recipients.db; systemctl reset-failed 'postfix*'; systemctl restart postfix
                    """)
                return .init(command: ["up", site.name], next: { ["up", site.name] })
            },
            sample: [12]),
        KillMatrix(
            name: "rebuild",
            prepare: { site in
                if try !site.isThere() { try site.succeed(["up", site.name]) }
                let messages = try site.queue(5)
                return .init(
                    command: ["rebuild", site.name, "--yes", "--drain", "0"], next: { ["up", site.name] },
                    messages: messages)
            },
            sample: [20]),
        KillMatrix(
            name: "teardown",
            prepare: { site in
                if try !site.isThere() { try site.succeed(["up", site.name]) }
                let messages = try site.queue(5)
                let file = "\(site.lab.folder)/queue-\(messages[0]).tar.gz"
                return .init(
                    command: ["teardown", site.name, "--yes", "--drain", "0", "--export", file],
                    next: {
                        let isExported = FileManager.default.fileExists(atPath: file)
                        return ["up", site.name] + (isExported ? ["--import", file] : [])
                    },
                    messages: messages)
            },
            sample: [14]),
    ]

    @Test(arguments: matrices)
    func `with one guest, and nothing lost or owed`(_ matrix: KillMatrix) async throws {
        let outcome = try await matrix.run(wholly: Self.isWhole, on: Self.sites)
        for failure in outcome.failures { Issue.record("\(failure)") }
        #expect(outcome.points > 0)
        print(
            "kill matrix of \(matrix.name): \(outcome.survived)/\(outcome.points) survived\(Self.isWhole ? "" : " (a sample)")"
        )
    }
}

extension KillMatrix: CustomTestStringConvertible {
    var testDescription: String { name }
}
