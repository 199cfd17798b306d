import ArgumentParser
import Foundation

/// `pvelab token NAME`: creates a token, as an administrator does with `pveum user token add` and `pveum acl modify`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Create another token with the privileges of the first, and print its secret."
    )

    @OptionGroup var lab: LabOptions

    @Argument(help: "Name of the token, the part after `!` of its id.")
    var name: String

    func validate() throws {
        guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]+/) != nil else {
            throw ValidationError(
                "invalid token name `\(name)`: expected a letter, then letters, digits, `.`, `_` and `-`")
        }
    }

    func run() async throws {
        try await lab.order(["token", name])
    }
}
