public import Resources

/// The kinds of steps that a playbook can name.
public struct StepKinds: Sendable {
    public var resources: [any Resource.Type]
    public var verifications: [any Verification.Type]

    public init(resources: [any Resource.Type], verifications: [any Verification.Type]) {
        self.resources = resources
        self.verifications = verifications
    }

    /// The kinds that every playbook can use.
    public static let general = StepKinds(resources: Catalogue.general, verifications: [CommandCheck.self])

    package var names: [String] { resources.map { $0.kind } + verifications.map { $0.kind } }
}
