import ArgumentParser
import Foundation

/// Confirmation of a command that cannot be undone.
struct Consent: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do not ask for the site's name; required without a terminal.")
    var yes = false

    /// Requires that the site's name is typed on the terminal, unless `--yes` is given.
    ///
    /// - Throws: `UsageMistake` if the command is not confirmed.
    func require(for command: String, of site: String) throws {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw UsageMistake(
                what:
                    "`\(command)` destroys a container and must be confirmed, but there is no terminal; nothing was done",
                next: "To confirm, run `mxprovision \(command) \(site) --yes`."
            )
        }
        Console.talk("This destroys the container of \(site). Type the site's name to confirm:")
        guard readLine() == site else {
            throw UsageMistake(
                what: "this is not the site's name; nothing was done", next: "Run the command again.")
        }
    }
}
