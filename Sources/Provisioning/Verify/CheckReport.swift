/// What can be looked at by itself in a report.
public protocol CheckSubject: RawRepresentable<String>, Codable, Sendable, Hashable, CaseIterable {}

/// What was seen of a site, subject by subject.
public struct CheckReport<Subject: CheckSubject>: Codable, Sendable, Equatable {
    /// Checks that belong together, and that fail together where the way to them is shut.
    public struct Area: Codable, Sendable, Equatable {
        public var name: Subject
        public var checks: [VerifiedCheck]
        /// Why it could not be looked at, or not to its end.
        public var problem: String?

        public init(name: Subject, checks: [VerifiedCheck], problem: String?) {
            self.name = name
            self.checks = checks
            self.problem = problem
        }
    }

    public var areas: [Area] = []

    public init() {}

    /// Nothing failed, and everything was checked.
    public var isRight: Bool {
        areas.allSatisfy { $0.problem == nil && $0.checks.allSatisfy { $0.verdict == .pass || $0.verdict == .warn } }
    }

    /// Looks at an area; an error is told in the report, and the next area comes all the same.
    mutating func add(_ name: Subject, _ look: () async throws -> [VerifiedCheck]) async throws {
        do {
            areas.append(Area(name: name, checks: try await look(), problem: nil))
        } catch let error as CancellationError {
            throw error
        } catch {
            areas.append(Area(name: name, checks: [], problem: Complaint(error).text))
        }
    }
}
