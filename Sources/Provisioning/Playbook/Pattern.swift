/// A regular expression that is read once, to see whether it fits a whole text.
///
/// As a literal in a function it is read anew at each call: that was four fifths of the time that an inventory of three
/// hundred sites took.
// A literal's program calls no closures; it is compiled at the first match, which the library does atomically.
struct Pattern: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>

    init(_ regex: Regex<some Any>) { self.regex = Regex<AnyRegexOutput>(regex) }

    func fits(_ text: String) -> Bool { fits(text[...]) }

    func fits(_ text: Substring) -> Bool {
        // Only a closure in the expression could throw.
        (try? regex.wholeMatch(in: text)) != nil
    }
}
