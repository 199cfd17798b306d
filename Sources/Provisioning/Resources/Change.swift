/// One difference between what is desired and what was observed.
public struct Change: Sendable, Hashable, Codable {
    /// What differs, in the user's words: a parameter's name, a path, a package.
    public var subject: String
    /// Nil where there is nothing yet.
    public var before: String?
    /// Nil where it is to be gone.
    public var after: String?

    public init(_ subject: String, from before: String?, to after: String?) {
        self.subject = subject
        self.before = before
        self.after = after
    }
}
