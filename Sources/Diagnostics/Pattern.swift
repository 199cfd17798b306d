/// A regular expression that is compiled once.
///
/// A regex literal in a function is compiled at each call. That took 80 % of the time of reading an inventory of 300
/// sites.
// A regex literal calls no closures. It is compiled at the first match, which the library does atomically.
package struct Pattern: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>

    package init(_ regex: Regex<some Any>) { self.regex = Regex<AnyRegexOutput>(regex) }

    /// Returns whether the whole text matches.
    package func fits(_ text: String) -> Bool { fits(text[...]) }

    package func fits(_ text: Substring) -> Bool {
        // A match can throw only if the expression contains a closure.
        (try? regex.wholeMatch(in: text)) != nil
    }

    /// Returns whether a part of the text matches.
    package func occurs(in text: String) -> Bool { (try? regex.firstMatch(in: text)) != nil }
}
