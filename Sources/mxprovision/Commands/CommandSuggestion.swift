import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Diagnostics
import Engine
import Sites

/// Suggests a command for a mistyped one. Runs before the argument parser, which suggests only options.
enum CommandSuggestion {
    /// Checks the first word of the command line.
    ///
    /// - Throws: `ValidationError` if the word is not a command.
    static func check(_ words: [String]) throws {
        guard let word = words.first == "help" ? words.dropFirst().first : words.first, !word.hasPrefix("-") else {
            return
        }
        let commands = MXProvision.configuration.subcommands.map { $0._commandName } + ["help"]
        guard !commands.contains(word) else { return }
        throw ValidationError("there is no command `\(word.prefix(64))`; \(hint(for: word, among: commands))")
    }
}
