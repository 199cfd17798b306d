public import RemoteShell

/// A resource whose repair works only after another host accepts the guest's key.
///
/// For example, the primary authorizes an ssh key that the guest has created for itself.
public protocol EnrollsKey: Resource {
    /// Returns a script that creates the guest's key if it is missing and prints its public half. Returns nil if the
    /// changes need no enrollment.
    func enrollment(before changes: [Change]) -> Script?

    /// Returns how the other host accepts the key that the script of ``enrollment(before:)`` printed.
    ///
    /// - Throws: ``UnreadableAnswer``
    func keyEnrollment(from answer: CommandResult) throws -> KeyEnrollment
}

/// The way in which another host accepts a guest's key.
public struct KeyEnrollment: Sendable, Equatable {
    /// Installs everything that is needed, and may run again. It runs in root's shell on that host.
    public var script: Script
    /// The guest's line in authorized_keys(5) on that host.
    public var line: String

    package init(script: Script, line: String) {
        self.script = script
        self.line = line
    }
}
