/// One difference between the desired and the observed state.
public struct Change: Sendable, Hashable, Codable {
    /// What differs, in the user's terms: the name of a parameter, a path, a package.
    public var subject: String
    /// The observed value, or nil if there is none yet.
    public var before: String?
    /// The desired value, or nil if the object is to be removed.
    public var after: String?

    public init(_ subject: String, from before: String?, to after: String?) {
        self.subject = subject
        self.before = before
        self.after = after
    }
}
