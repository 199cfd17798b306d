package import ConfigurationFiles
import Foundation
package import RemoteShell
package import Resources
import Testing

extension Resource {
    /// The resource that a step's parameters describe; a mistake in them fails the test.
    package static func read(
        _ yaml: String, file: String = "text", variables: [String: Variable] = [:]
    ) throws -> Self {
        var parameters = try Parameters(yaml: yaml, file: file, variables: variables)
        let resource = Self(&parameters)
        try #require(parameters.mistakes == [])
        return resource
    }

    /// What is wrong with a step's parameters.
    package static func mistakes(
        in yaml: String, file: String = "text", variables: [String: Variable] = [:]
    ) throws -> [String] {
        var parameters = try Parameters(yaml: yaml, file: file, variables: variables)
        _ = Self(&parameters)
        return parameters.mistakes.map(\.text)
    }

    /// What is to be changed in a guest that answers so.
    package func changes(after answer: CommandResult) throws -> [Change] {
        changes(from: try observation(from: answer))
    }

    /// How a guest that answers so is mended, as people are shown it.
    package func repair(after answer: CommandResult) throws -> String {
        repair(for: try observation(from: answer)).description
    }
}

extension Resource {
    /// The probe, and the repair after each answer that can be one to this probe.
    package func scripts(after answers: [CommandResult]) -> [Script] {
        let observations = answers.compactMap { try? observation(from: $0) }
        return [probe] + observations.map { "set -eu\n\(repair(for: $0))" }
    }
}
