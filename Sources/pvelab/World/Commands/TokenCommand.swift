import ArgumentParser
import Foundation

/// `pvelab token NAME`: creates a token, as an administrator does with `pveum user token add` and `pveum acl modify`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Give the lab's user another token, which may what its first may, and print the secret."
    )

    @OptionGroup var lab: LabOptions

    @Argument(help: "What follows the `!` of its id.")
    var name: String

    func validate() throws {
        guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]+/) != nil else {
            throw ValidationError("`\(name)` is no name of a token: a letter, then letters, digits, `.`, `_` and `-`")
        }
    }

    func run() async throws {
        try await lab.order(["token", name])
    }
}
