public import ConfigurationFiles
public import RemoteShell

/// Behavior that a guest must have before anything is published. A step of a playbook that changes nothing.
public protocol Verification: Sendable {
    /// The step's key in a playbook.
    static var kind: String { get }

    /// Reads the step's parameters and notes every mistake in them.
    init(_ parameters: inout Parameters)

    /// The script that gathers the evidence in the guest, in one round trip.
    func script() throws -> Script

    /// How long the script may wait on purpose, beyond the time limit of a script.
    var duration: Duration { get }

    /// Evaluates the script's result.
    ///
    /// - Parameter host: the guest's name in errors.
    func checks(from result: CommandResult, of host: String) async throws -> [VerifiedCheck]

    /// How the guest's service is protected while it is changed, or nil if it is not.
    var protection: ServiceProtection? { get }
}

extension Verification {
    public var protection: ServiceProtection? { nil }
    public var duration: Duration { .zero }
}
