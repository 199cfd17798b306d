import ArgumentParser
import Foundation

/// `pvelab elsewhere …`: shows the alerts received by external services.
struct ElsewhereCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "elsewhere",
        abstract: "Read what was posted to \(Elsewhere.webName) and mailed through \(Elsewhere.relayName).",
        subcommands: [Posted.self, Mail.self, Answer.self]
    )

    struct Posted: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what was posted, a JSON object a line: path, headers, body.")

        @OptionGroup var lab: LabOptions

        func run() async throws {
            let place = try await lab.requireUp().elsewhere
            print((try? LabFolder.read(place.requests)) ?? "", terminator: "")
        }
    }

    struct Mail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Print the messages of \(Elsewhere.mailbox)@\(Elsewhere.domain), each after a line `--- message n`.")

        @OptionGroup var lab: LabOptions

        func run() async throws {
            for (number, message) in try await lab.requireUp().elsewhere.messages().enumerated() {
                print("--- message \(number + 1)\n\(message)")
            }
        }
    }

    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the web service answer with a status, and keep nothing unless it is one of success.")

        @OptionGroup var lab: LabOptions

        @Argument(help: "Like 503; 200 as it was.") var status: Int

        func validate() throws {
            guard 200...599 ~= status else {
                throw ValidationError("`\(status)` is no status of an answer: 200 to 599 are")
            }
        }

        func run() async throws {
            try LabFolder.write("\(status)\n", to: try await lab.requireUp().elsewhere.status)
        }
    }
}

/// `pvelab receive`: the external web service that `up` starts.
struct Receive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Be the web service elsewhere; `up` starts it.", shouldDisplay: false)

    @OptionGroup var lab: LabOptions

    func run() async throws { try await WebReceiver(place: lab.world.elsewhere).run() }
}
