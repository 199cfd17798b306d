import Diagnostics
public import Engine

/// A subject that a report can check separately.
public protocol CheckSubject: RawRepresentable<String>, Codable, Sendable, Hashable, CaseIterable {}

/// The results of checks of a site, grouped by subject.
public struct CheckReport<Subject: CheckSubject>: Codable, Sendable, Equatable {
    /// Related checks, which all fail if their connection fails.
    public struct Area: Codable, Sendable, Equatable {
        public var name: Subject
        public var checks: [VerifiedCheck]
        /// Why the area could not be checked completely.
        public var problem: String?

        public init(name: Subject, checks: [VerifiedCheck], problem: String?) {
            self.name = name
            self.checks = checks
            self.problem = problem
        }
    }

    public var areas: [Area] = []

    public init() {}

    /// Whether nothing failed, and everything was checked.
    public var isRight: Bool {
        areas.allSatisfy { $0.problem == nil && $0.checks.allSatisfy { $0.verdict == .pass || $0.verdict == .warn } }
    }

    /// Adds the checks of an area. An error is added to the report, so that the next area is still checked.
    package mutating func add(_ name: Subject, _ look: () async throws -> [VerifiedCheck]) async throws {
        do {
            areas.append(Area(name: name, checks: try await look(), problem: nil))
        } catch let error as CancellationError {
            throw error
        } catch {
            areas.append(Area(name: name, checks: [], problem: ErrorDescription(error).text))
        }
    }
}
