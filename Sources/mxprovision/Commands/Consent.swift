import ArgumentParser
import Foundation

/// That the person at the keyboard means what cannot be taken back.
struct Consent: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do not ask for the site's name; needed where there is no terminal.")
    var yes = false

    /// - Throws: `UsageMistake` where it was not given.
    func require(for command: String, of site: String) throws {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw UsageMistake(
                what: "`\(command)` destroys a container and there is no terminal to ask at; nothing was done",
                next: "If you mean it: `mxprovision \(command) \(site) --yes`."
            )
        }
        Console.talk("This destroys the container of \(site). Type the site's name to go on:")
        guard readLine() == site else {
            throw UsageMistake(
                what: "that is not the site's name; nothing was done", next: "Run it again, or leave it.")
        }
    }
}
