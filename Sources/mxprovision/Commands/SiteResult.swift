import Provisioning

/// What came of a command at one site.
struct SiteResult: Sendable {
    /// In a line: `2 changed, 17 as they should be`.
    var words: String
    /// What sites are counted by: `changed`.
    var category: String
    /// How many steps were changed, or would be; nil for a command that only looks.
    var changes: Int?
    /// What the command ends with if there is no other site; nil where all is done.
    var ending: (any Error)?
    /// For people, where the events have not told all of it.
    var text: String?
    /// For programs, in place of the text.
    var record: (any Encodable & Sendable)?
    /// Whether people want to read more of it than the words, where there are many sites.
    var isRemarkable = true
}
