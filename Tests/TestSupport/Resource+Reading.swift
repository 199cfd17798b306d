package import ConfigurationFiles
import Foundation
package import RemoteShell
package import Resources
import Testing

extension Resource {
    /// Parses a step's parameters into a resource; a mistake in them fails the test.
    package static func read(
        _ yaml: String, file: String = "text", variables: [String: Variable] = [:]
    ) throws -> Self {
        var parameters = try Parameters(yaml: yaml, file: file, variables: variables)
        let resource = Self(&parameters)
        try #require(parameters.mistakes == [])
        return resource
    }

    /// Returns the mistakes in a step's parameters.
    package static func mistakes(
        in yaml: String, file: String = "text", variables: [String: Variable] = [:]
    ) throws -> [String] {
        var parameters = try Parameters(yaml: yaml, file: file, variables: variables)
        _ = Self(&parameters)
        return parameters.mistakes.map(\.text)
    }

    /// Returns the changes for a guest with this probe result.
    package func changes(after answer: CommandResult) throws -> [Change] {
        changes(from: try observation(from: answer))
    }

    /// Returns the repair for a guest with this probe result, as it is shown to people.
    package func repair(after answer: CommandResult) throws -> String {
        repair(for: try observation(from: answer)).description
    }
}

extension Resource {
    /// Returns the probe, and the repair after each possible probe result.
    package func scripts(after answers: [CommandResult]) -> [Script] {
        let observations = answers.compactMap { try? observation(from: $0) }
        return [probe] + observations.map { "set -eu\n\(repair(for: $0))" }
    }
}
