/// One mistake in a file that a person wrote: where it is, what is wrong, and what would be right.
public struct Mistake: Sendable, Hashable, CustomStringConvertible {
    public var file: String
    /// Counted from 1; nil where the file as a whole is meant.
    public var line: Int?
    public var text: String

    public init(file: String, line: Int?, text: String) {
        self.file = file
        self.line = line
        self.text = text
    }

    public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(text)" }
}
