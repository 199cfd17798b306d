import ArgumentParser

extension PrimarySite.Stage: ExpressibleByArgument {}

/// `pvelab primary …`: controls the primary site.
struct Primary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Stop and start the primary's Postfix, make it reject mail, print and change its mailboxes.",
        subcommands: [Stop.self, Start.self, Refuse.self, Mail.self, PostfixAdmin.self]
    )

    struct PostfixAdmin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "postfixadmin",
            abstract:
                "Run PostfixAdmin's own command: `mailbox add new@\(Topology.domain) --password a --password2 a`.",
            discussion:
                "Postfix itself always accepts mail for \(PrimarySite.mailboxes.joined(separator: ", "))."
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "PostfixAdmin's database: postgresql or mariadb.")
        var database: PrimarySite.Database

        @Argument(parsing: .postTerminator, help: "PostfixAdmin's command, after `--`.")
        var words: [String]

        func run() async throws {
            print(try await lab.requireUp().primary.postfixAdmin(database, words), terminator: "")
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop the primary's Postfix; connections to port 25 are refused.")

        @OptionGroup var lab: LabOptions

        func run() async throws {
            try await lab.requireUp().primary.stopMail()
        }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start the primary's Postfix.")

        @OptionGroup var lab: LabOptions

        func run() async throws {
            let world = try await lab.requireUp()
            try await world.primary.startMail()
            try await Deadline(seconds: 15).wait(
                for: "the primary's Postfix",
                log: "\(world.folder.guests)/primary/console.log",
                until: world.primary.isAnswering
            )
        }
    }

    struct Refuse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the primary's Postfix reject all mail until `start`."
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "Reply code, such as 421 or 554.")
        var code: Int

        @Option(help: "Stage of the rejection: connection or recipient.")
        var at = PrimarySite.Stage.connection

        func validate() throws {
            guard 400...599 ~= code else { throw ValidationError("invalid code `\(code)`: expected 400 to 599") }
        }

        func run() async throws {
            try await lab.requireUp().primary.refuseMail(code, at: at)
        }
    }

    struct Mail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the messages of a mailbox, oldest first, each after a line `--- message n`."
        )

        @OptionGroup var lab: LabOptions

        @Argument(help: "One of \(PrimarySite.mailboxes.joined(separator: ", ")).")
        var user: String

        func run() async throws {
            let messages = try await lab.requireUp().primary.messages(of: user)
            for (number, message) in messages.enumerated() {
                print("--- message \(number + 1)")
                print(message)
            }
        }
    }
}

extension PrimarySite.Database: ExpressibleByArgument {}
