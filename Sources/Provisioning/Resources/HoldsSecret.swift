/// A resource with a secret, of which a playbook knows only where it comes from.
public protocol HoldsSecret: Resource {
    /// This resource with its secret, which is read when a run begins.
    ///
    /// - Throws: ``SecretError``; ``DNSError`` where it cannot be a key.
    func unlocked(environment: [String: String]) throws -> Self
}

extension Step {
    /// This step with the secret that it needs, if it needs one.
    func unlocked(environment: [String: String]) throws -> Step {
        guard case .resource(let resource as any HoldsSecret) = action else { return self }
        var step = self
        step.action = .resource(try resource.unlocked(environment: environment))
        return step
    }
}
