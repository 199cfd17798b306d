import ConfigurationFiles

/// A resource with a secret. A playbook contains only the source of the secret.
public protocol SecretHolder: Resource {
    /// Returns this resource with its secret. The secret is read at the start of a run.
    ///
    /// - Throws: ``SecretError`` if the secret cannot be read, ``TransactionKeyError`` if it is not a TSIG key, and
    ///   errors of the resource's own kind.
    func unlocked(environment: [String: String]) throws -> Self
}
