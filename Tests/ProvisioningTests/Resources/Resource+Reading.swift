import Foundation
import RemoteShell
import Testing

@testable import Provisioning

extension Resource {
    /// The resource that a step's parameters describe; a mistake in them fails the test.
    static func read(
        _ yaml: String, file: String = "text", variables: [String: Variable] = [:]
    ) throws -> Self {
        var parameters = try Parameters(yaml: yaml, file: file, variables: variables)
        let resource = Self(&parameters)
        try #require(parameters.mistakes == [])
        return resource
    }

    /// What is wrong with a step's parameters.
    static func mistakes(
        in yaml: String, file: String = "text", variables: [String: Variable] = [:]
    ) throws -> [String] {
        var parameters = try Parameters(yaml: yaml, file: file, variables: variables)
        _ = Self(&parameters)
        return parameters.mistakes.map(\.text)
    }

    /// What is to be changed in a guest that answers so.
    func changes(after answer: Completion) throws -> [Change] { changes(from: try observation(from: answer)) }

    /// How a guest that answers so is mended, as people are shown it.
    func remedy(after answer: Completion) throws -> String { remedy(for: try observation(from: answer)).description }
}

extension Resource {
    /// The probe, and the remedy after each answer that can be one to this probe.
    func scripts(after answers: [Completion]) -> [Script] {
        let observations = answers.compactMap { try? observation(from: $0) }
        return [probe] + observations.map { "set -eu\n\(remedy(for: $0))" }
    }
}
