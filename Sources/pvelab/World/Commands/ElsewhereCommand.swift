import ArgumentParser
import Foundation

/// `pvelab elsewhere …`: shows the alerts received by external services.
struct ElsewhereCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "elsewhere",
        abstract: "Show the requests to \(Elsewhere.webName) and the mail sent through \(Elsewhere.relayName).",
        subcommands: [Posted.self, Mail.self, Answer.self]
    )

    struct Posted: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the received requests, one JSON object per line: path, headers, body.")

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
            abstract: "Set the status of the web service's replies. Only requests with a 2xx status are stored.")

        @OptionGroup var lab: LabOptions

        @Argument(help: "HTTP status, such as 503 (default: 200).") var status: Int

        func validate() throws {
            guard 200...599 ~= status else {
                throw ValidationError("invalid status `\(status)`: expected 200 to 599")
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
        abstract: "Run the external web service; `up` starts it.", shouldDisplay: false)

    @OptionGroup var lab: LabOptions

    func run() async throws { try await WebReceiver(place: lab.world.elsewhere).run() }
}
